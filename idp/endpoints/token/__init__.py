"""The token endpoint (RFC 6749 §3.2): who asks (client_authentication), for what (grants/), and the answer (views)."""
