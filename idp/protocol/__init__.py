"""The ground: OAuth 2.0 and OpenID Connect as plain values and rules.
Here live the small checked values a request is made of (parameters, scope, prompt, claims, redirect URI …), what a
client may register, and the registered errors. Text from outside becomes one of these values or an `OAuthError`;
nothing here knows Flask, SQL, the time, randomness or a URL of ours.
"""
