"""The command line. Each module is one command: `configure(parser)` declares its options, `run(arguments)` does it
and returns the exit code; idp.cli.main finds it. Commands print for people, open units of work themselves and
translate nothing else: rules live in the rooms below, SQL in idp.store.
"""
