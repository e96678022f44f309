"""The key ring and the seals: nobody else sees a private key or a key of keys/. What lives here: the key-encryption
keys of an install, private halves wrapped under them, short values sealed for the way out and back, the ring that
signs and verifies, and the plan by which keys follow one another. What may not: requests and pages, SQL
(`store/signing_keys.py` has it), and any key that came inside a message.
"""
