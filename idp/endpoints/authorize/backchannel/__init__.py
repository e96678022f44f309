"""The endpoint that takes a request for a person the app names, over a channel of its own (OpenID CIBA Core 1.0)."""
