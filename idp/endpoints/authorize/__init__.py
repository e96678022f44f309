"""The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2). views.py walks: checks.py (who asks, and
what), steps.py (who must act before it can be answered), answer.py (the code or the error, on its way back). Every
page returns to `/authorize/<pending>`, and the walk goes on.
"""
