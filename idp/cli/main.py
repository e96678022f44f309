"""`idp`: find the command, load its module, run it. Nothing of the application is imported before that."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, NoReturn

OK, FAILED, USAGE, CONFIGURATION, INTERRUPTED = 0, 1, 2, 78, 130


class Command(NamedTuple):
    """A module with `configure(parser)` and `run(arguments) -> int`, and what it does in one sentence."""

    module: str
    summary: str


COMMANDS = {
    "serve": Command("idp.cli.serve", "run the server, with its background work"),
    "init": Command("idp.cli.init", "bring the database up to date and make the first keys; safe to repeat"),
    "check": Command("idp.cli.check", "look for what is wrong with this installation and say how to mend it"),
    "tick": Command("idp.cli.tick", "do one round of background work: keys, mails, clean-up"),
    "keys": Command("idp.cli.keys", "list, rotate, import and reseal keys"),
    "clients": Command("idp.cli.clients", "list, add, plan and apply the apps that may ask for sign-ins"),
    "registration": Command("idp.cli.registration", "make, list and revoke tokens with which programs register apps"),
    "users": Command("idp.cli.users", "list, add, suspend and activate accounts"),
    "demo": Command("idp.cli.demo", "run Portico and a demo app on this machine, for looking around"),
}
EXIT_CODES = "Exit codes: 0 ok, 1 failed, 2 wrong usage, 78 the configuration cannot be used."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in COMMANDS:
        return _run(words[0], words[1:])
    parser = _front_page()
    parser.parse_args(words)  # answers --help and --version, and refuses an unknown command
    parser.print_help(sys.stderr)
    return USAGE


def entry() -> NoReturn:
    """Where `python -m idp` and the installed `idp` begin. What they write is for their own user's eyes."""
    os.umask(0o077)
    try:
        code = main()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away: `idp users list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED
    sys.exit(code)


def _front_page() -> argparse.ArgumentParser:
    listing = "\n".join(f"  {name:<14}{command.summary}" for name, command in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="idp",
        usage="idp [--version] COMMAND …",
        description="Portico, an OpenID Connect identity provider.",
        epilog=f"commands:\n{listing}\n\n`idp COMMAND --help` says more. {EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and stop")
    parser.add_argument("command", nargs="?", metavar="COMMAND", choices=tuple(COMMANDS), help=argparse.SUPPRESS)
    return parser


def _run(name: str, words: Sequence[str]) -> int:
    command = import_module(COMMANDS[name].module)
    settings = import_module("idp.settings.load")
    anywhere = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    anywhere.add_argument(
        "--config", type=Path, metavar="FILE", help="the settings file (default: $IDP_CONFIG or config.toml)"
    )
    parser = argparse.ArgumentParser(
        prog=f"idp {name}", description=_sentence(COMMANDS[name].summary), epilog=EXIT_CODES, parents=[anywhere]
    )
    command.configure(parser)
    found, rest = anywhere.parse_known_args(words)  # before or behind an action, as it comes to mind
    arguments = parser.parse_args(rest, found)
    try:
        return int(command.run(arguments))
    except settings.SettingsError as error:
        for problem in error.problems:
            print(f"idp: {problem}", file=sys.stderr)
        return CONFIGURATION


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


class _Version(argparse.Action):
    """Looked up only when asked: importing the reader of package metadata takes longer than all of --help."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        metadata = import_module("importlib.metadata")
        try:
            version = metadata.version("portico-idp")
        except metadata.PackageNotFoundError:  # run from the sources, `python -m idp`
            version = "(from the sources)"
        print(f"Portico {version}")
        parser.exit(OK)
