"""The doors people see: one file and its templates each. A door never imports another door; they meet in the pending
request that the person came with.
"""
