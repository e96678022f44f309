"""A request that a developer pasted, held against the checks of /authorize for them to read; nothing of it happens."""
