"""Requests to addresses that somebody else chose: guarded, so that nobody reaches our own network through them."""
