"""The token endpoint (RFC 6749 §3.2): for what an app asks (grants/), and the answer (views)."""
