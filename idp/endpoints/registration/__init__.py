"""Where apps register themselves (RFC 7591, OpenID Connect Registration) and manage that (RFC 7592): `views` are the
doors, `registering` and `managing` what they do, `statements` and `sectors` what others say for an app.
"""
