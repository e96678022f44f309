"""Portico, an OpenID Connect identity provider. Its floors, from the roof down: app and cli, the doors (endpoints,
pages), web, the rooms (issuance, sessions, accounts, upstream, signing, mail), store, and the ground (protocol, clock,
settings, locales). A room imports only from floors below its own; tests/architecture keeps it so.
"""
