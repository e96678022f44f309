"""The developer console: apps people own, their registration, credentials and owners. Rules about apps are below, in
`protocol/` and `store/`; what a request was and which check it failed has doors of its own (developer_activity …).
"""
