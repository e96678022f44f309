"""The only room that knows SQL. One file is one table and its verbs; a verb says what is true afterwards. What may
happen once happens in one statement whose row count is looked at. Nothing here asks the time, reads settings or knows
of requests, and nothing returns an entity that loads lazily.
"""
