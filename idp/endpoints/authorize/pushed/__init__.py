"""The endpoint that takes an authorization request from the app itself, before any browser brings it (RFC 9126)."""
