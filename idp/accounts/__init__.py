"""What an account may be: addresses and how they are compared, passwords and how they are hashed, the proofs
that a mail reached its person, and how often anyone may guess. Knows the store's verbs and the settings; knows
no request, no page and no language: a rule answers with a value, a door finds the words.
"""
