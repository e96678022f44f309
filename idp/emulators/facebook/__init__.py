"""A stand-in for Facebook on this machine: dialogue, Graph API and callbacks, with every behaviour that Portico must
bear as a switch on a page of its own. What is stored dies with the process; no real account is anywhere near.
"""
