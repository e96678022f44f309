"""How log lines look, and why no secret is in them: one JSON object a line, on standard output.

Three walls: only short simple values are written; whatever looks like a bearer value is masked, wherever it stands;
of an exception its type and its place are written, never its message, which may quote what a person typed.
Development is the exception to the last one: there the message and the trace are the point.
"""

import json
import logging
import logging.config
import re
import traceback
from datetime import UTC, datetime
from typing import Any

from idp.settings.load import Settings
from idp.web import request_id

BEARER_VALUE = re.compile(r"[A-Za-z0-9_-]{40,}", re.ASCII)  # 240 bits of base64url, hashes in hex, parts of a JWT
PUBLIC_FIELDS = frozenset({"kid"})  # 43 characters, and published
FRAMES = 8  # of a trace, the innermost
ONE_LINE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
RECORD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(settings: Settings) -> None:
    """Log as the settings say, in this process."""
    logging.raiseExceptions = settings.server.development  # a faulty log call must not print its arguments
    for unused in ("logThreads", "logProcesses", "logMultiprocessing"):  # a third of the cost of a line
        setattr(logging, unused, False)
    logging.captureWarnings(capture=True)
    logging.config.dictConfig(configuration(settings))


def configuration(settings: Settings) -> dict[str, Any]:
    """The same for logging.config.dictConfig and for the server, whose workers configure themselves with it."""
    development = settings.server.development
    level = settings.log.level
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": DevelopmentLines if development else JsonLines}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "lines"}},
        "root": {"level": "WARNING", "handlers": ["lines"]},
        "loggers": {
            "idp": {"level": level},
            "idp.access": {"level": "INFO" if settings.log.access else "WARNING"},
            "_granian": {"level": "WARNING" if development else level},
        },
    }


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
            **fields(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = chain(record.exc_info[1])
            line["trace"] = frames(record.exc_info[1])
        return ONE_LINE(line)


class DevelopmentLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        clock = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        facts = " ".join(f"{name}={value}" for name, value in fields(record).items())
        lines = [f"{clock} {record.levelname:<7} {masked(record.getMessage())} {facts}".rstrip()]
        if record.exc_info and record.exc_info[1] is not None:
            lines.append(masked("".join(traceback.format_exception(record.exc_info[1])).rstrip()))
        return "\n".join(lines)


def masked(text: str) -> str:
    """The text without anything that could be a bearer value."""
    return BEARER_VALUE.sub("…", text)


def fields(record: logging.LogRecord) -> dict[str, object]:
    """The request's reference, then what was said with `extra=`: simple values only, since a repr may tell anything."""
    found: dict[str, object] = {}
    if reference := request_id.current():
        found["reference"] = reference
    if sent := request_id.proxy_reference():
        found["proxy_reference"] = sent
    for name, value in vars(record).items():
        if name in RECORD_FIELDS:
            continue
        if value is None or isinstance(value, int | float):
            found[name] = value
        elif isinstance(value, str):
            found[name] = value if name in PUBLIC_FIELDS else masked(value)
    return found


def chain(error: BaseException) -> str:
    """The types of an exception and of what caused it, outermost first."""
    names: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(names) < FRAMES:
        names.append(f"{type(seen).__module__}.{type(seen).__qualname__}".removeprefix("builtins."))
        seen = seen.__cause__ or seen.__context__
    return " < ".join(names)


def frames(error: BaseException) -> list[str]:
    """Where it happened: file, line and function; no source line and no value."""
    places = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{place.filename}:{place.lineno} {place.name}" for place in places]
