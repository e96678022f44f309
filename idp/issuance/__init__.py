"""A grant becomes tokens. Each kind has a file that can make it and read it back; issue.py makes a token answer.
Nothing here decides whether a person or an app may have them, and nothing writes to the store.
"""
