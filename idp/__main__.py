"""`python -m idp`: the command line, from the sources as well as from an installed package."""

from idp.cli.main import entry

if __name__ == "__main__":
    entry()
