"""Logs: one event and its facts a line, for people or for machines, with nothing secret in it."""

import logging
import logging.config
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, TextIO

import structlog

HIDDEN = "[hidden]"
SECRETS = re.compile(
    r"""
      xox[a-z](?:[.-][\w-]+)+                             # Slack tokens, rotated ones (xoxe.xoxb-…) too
    | xapp-[\w-]+                                         # app-level tokens
    | (?<=hooks\.slack\.com/)[^\s"'\\<>]+                 # whoever knows the address may post
    | (?<=[?&]ticket=)[\w-]+                              # who has it may open the app's socket
    | authorization\W+(?:bearer|basic)\s+[^\s"'\\,}]+     # a header, in whatever way it is quoted
    | (?<=://)[^\s/:@"']+:[^\s/@"']+(?=@)                 # user and password of a database
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}             # people's addresses
    """,
    re.VERBOSE | re.IGNORECASE,
)
TALKATIVE = (
    "aiohttp",
    "aiosqlite",
    "alembic",
    "apscheduler",
    "asyncio",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
)
"""Libraries that at DEBUG, some at INFO, log what people wrote, or a line for every probe. Only their warnings count."""


def redact(text: str) -> str:
    return SECRETS.sub(HIDDEN, text)


class _Line(structlog.stdlib.ProcessorFormatter):
    """One record as one line. What is secret is taken out last, so that tracebacks and libraries cannot bring it back."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def set_up(
    *, level: str = "INFO", format_: Literal["json", "console"] | None = None, stream: TextIO | None = None
) -> None:
    """All logs, ours and the libraries', to stderr. With no format: for people on a terminal, else JSON."""
    stream = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    for_people = format_ == "console" or (format_ is None and stream.isatty())
    handler.setFormatter(
        _Line(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_for_people(colors=stream.isatty()) if for_people else _for_machines()),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for name in (
        "slack_bolt",
        "slack_bolt.AsyncApp",
    ):  # the second is its own choice, where it is given no logger
        logging.getLogger(name).addFilter(_tells_something)


def _tells_something(record: logging.LogRecord) -> bool:
    """Bolt reads SLACK_BOT_TOKEN by itself and warns at each start that it will not use it; it never should."""
    return "`token` will be unused" not in record.getMessage()


def _for_people(*, colors: bool) -> list[structlog.typing.Processor]:
    # Plain tracebacks: rich ones show the values of variables, and those hold what people wrote.
    return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)]


def _for_machines() -> list[structlog.typing.Processor]:
    return [
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


@contextmanager
def about(
    *,
    workspace: int | None = None,
    team: int | None = None,
    user: str | None = None,
    ritual: str | None = None,
) -> Iterator[None]:
    """Every record written inside carries these facts, whoever writes it."""
    facts: dict[str, Any] = {"workspace": workspace, "team": team, "user": user, "ritual": ritual}
    with structlog.contextvars.bound_contextvars(
        **{name: fact for name, fact in facts.items() if fact is not None}
    ):
        yield
