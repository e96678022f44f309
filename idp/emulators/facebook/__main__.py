"""`python -m idp.emulators.facebook`: the emulator on a port of this machine, until SIGTERM or Ctrl-C."""

import argparse
import logging
import signal
import sys
from pathlib import Path
from types import FrameType

from werkzeug.serving import make_server

from idp.emulators.facebook.app import create_emulator
from idp.emulators.facebook.state import LOOPBACK, App

USAGE = 2


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.host not in LOOPBACK:
        return _complain(f"{arguments.host} can be reached by others; the emulator lives on 127.0.0.1")
    secret = arguments.secret_file.read_text().strip() if arguments.secret_file else "emulated"
    try:
        app = App(
            *(
                arguments.app_id,
                secret,
                tuple(arguments.redirect_uri),
                arguments.deauthorize_url,
                arguments.deletion_url,
            )
        )
    except ValueError as error:
        return _complain(str(error))
    try:
        server = make_server(arguments.host, arguments.port, create_emulator(app), threaded=True)
    except (OSError, SystemExit):  # werkzeug leaves by SystemExit when the port is taken
        return _complain(f"cannot listen on {arguments.host}:{arguments.port}; something else does")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # its lines would hold codes and tokens
    signal.signal(signal.SIGTERM, _leave)
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m idp.emulators.facebook", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="an address of this machine alone")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--app-id", default="100000000000001", help="the App ID of the one app it knows")
    parser.add_argument("--secret-file", type=Path, help="the file with its App Secret (default: the word 'emulated')")
    parser.add_argument("--redirect-uri", action="append", default=[], metavar="URL", help="valid OAuth redirect URI")
    parser.add_argument("--deauthorize-url", default="", metavar="URL", help="deauthorize callback")
    parser.add_argument("--deletion-url", default="", metavar="URL", help="data deletion callback")
    return parser


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _complain(sentence: str) -> int:
    sys.stderr.write(f"facebook emulator: {sentence}\n")
    return USAGE


if __name__ == "__main__":
    sys.exit(main())
