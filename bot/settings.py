"""Settings: the only reader of the environment. What is missing or wrong is told all at once, each with what to do."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from cryptography.fernet import Fernet
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.db.keyring import Keyring, kept_beside

NEW_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}


# What may stand after the question mark of a PostgreSQL URL: of libpq's words those that asyncpg takes.
UNDERSTOOD = (
    "sslmode",
    "ssl",
    "host",
    "port",
    "passfile",
    "target_session_attrs",
    "prepared_statement_cache_size",
)


class SettingsError(Exception):
    """What is missing or wrong in the environment, one line each: the name, what is the matter, what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Purpose(StrEnum):
    """What the settings are for: a command that only reads data does not need Slack's tokens."""

    RUN = "run"
    DATA = "data"


def _blank_is_missing(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def _not_another_kind(*prefixes: str) -> AfterValidator:
    """Slack's credentials all look alike and are pasted into each other's place."""

    def check(value: SecretStr | None) -> SecretStr | None:
        if value is not None and value.get_secret_value().startswith(prefixes):
            raise ValueError(
                "this is another kind of Slack token; look at the name of the field you copied it from"
            )
        return value

    return AfterValidator(check)


def _database_url(value: Any) -> URL:
    try:
        url = make_url(value)
    except ArgumentError:
        raise ValueError("this is not a database URL") from None
    driver = DRIVERS.get(url.get_backend_name(), DRIVERS.get(url.drivername))
    if driver is None:
        raise ValueError(
            f"{url.drivername} is not supported; use sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
        )
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise ValueError("SQLite needs a file, as in sqlite:///./common-ground.sqlite")
    if url.get_backend_name() != "sqlite":
        for word in url.query:
            if word not in UNDERSTOOD:
                raise ValueError(
                    f"{word} is not understood after the question mark; leave it out. Understood are {', '.join(UNDERSTOOD)}"
                )
    if "sslmode" in url.query:  # libpq's word, which hosting providers hand out; asyncpg calls it ssl
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
    return url.set(drivername=driver)


def _keys(value: Any) -> Any:
    return tuple(key.strip() for key in value.split(",") if key.strip()) if isinstance(value, str) else value


def _usable(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    for place, key in enumerate(keys, start=1):
        try:
            Fernet(key.get_secret_value())
        except ValueError:
            raise ValueError(
                f"key {place} is not 32 bytes in URL-safe base64. Make one with: {NEW_KEY}"
            ) from None
    return keys


def _web_address(value: str | None) -> str | None:
    if value is not None and not value.startswith(("https://", "http://")):
        raise ValueError("begin it with https://")
    return None if value is None else value.rstrip("/")


def _folder(value: str) -> str:
    return f"{_web_address(value)}/"


Text = Annotated[str | None, BeforeValidator(_blank_is_missing)]
Secret = Annotated[SecretStr | None, BeforeValidator(_blank_is_missing)]
Seconds = Annotated[float, Field(gt=0)]
Port = Annotated[int, Field(ge=0, le=65535)]


class _Places(BaseSettings):
    xdg_data_home: Text = None


def data_home() -> Path:
    """Where programs keep what is theirs on a person's machine: `$XDG_DATA_HOME`, or where that usually is."""
    given = Path(_Places().xdg_data_home or "")
    return given if given.is_absolute() else Path.home() / ".local" / "share"


class Settings(BaseSettings):
    """Every setting has the name of its environment variable in lower case. See README, "Settings"."""

    model_config = SettingsConfigDict(
        frozen=True,
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        env_ignore_empty=True,
        enable_decoding=False,  # else a URL, which is a tuple to Python, and the list of keys are read as JSON
    )

    slack_bot_token: Annotated[Secret, _not_another_kind("xapp-", "xoxp-", "xoxe")] = None
    slack_app_token: Annotated[Secret, _not_another_kind("xoxb-", "xoxp-", "xoxe")] = None
    slack_signing_secret: Annotated[Secret, _not_another_kind("xoxb-", "xoxp-", "xapp-")] = None
    slack_client_id: Text = None
    slack_client_secret: Secret = None
    slack_api_url: Annotated[str, AfterValidator(_folder)] = "https://slack.com/api/"

    database_url: Annotated[URL, BeforeValidator(_database_url), PlainSerializer(str)] = make_url(
        "sqlite+aiosqlite:///./common-ground.sqlite"
    )
    encryption_keys: Annotated[tuple[SecretStr, ...], BeforeValidator(_keys), AfterValidator(_usable)] = ()

    public_url: Annotated[Text, AfterValidator(_web_address)] = None
    host: str = "0.0.0.0"  # noqa: S104 -- a container is reached from outside; `demo` uses 127.0.0.1
    port: Port = 3000
    ops_port: Port = 9090

    log_format: Literal["json", "console"] | None = None
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(lambda v: str(v).upper())
    ] = "INFO"

    tick_seconds: Seconds = 2
    send_lease_seconds: Seconds = 120
    slack_timeout_seconds: Seconds = 10
    shutdown_seconds: Seconds = 15

    @classmethod
    def load(cls, *, for_: Purpose = Purpose.RUN) -> Self:
        """The settings of this process.

        Raises SettingsError with everything that is missing or wrong for this purpose.
        """
        settings, wrong = cls._readable()
        problems = [f"{name.upper()}: {reason}." for name, reason in wrong.items()]
        problems += [text for name, text in settings.missing(for_).items() if name not in wrong]
        if problems:
            raise SettingsError(problems)
        return settings

    @classmethod
    def _readable(cls) -> tuple[Self, Mapping[str, str]]:
        """What can be read of the environment, and what cannot: so that the rest can still be checked."""
        try:
            return cls(), {}
        except ValidationError as error:
            wrong = {str(e["loc"][0]): e["msg"].removeprefix("Value error, ") for e in error.errors()}
            return cls(**{name: cls.model_fields[name].default for name in wrong}), wrong

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is listened to over a WebSocket that we open, rather than over HTTP."""
        return self.slack_app_token is not None

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.get_backend_name() == "sqlite"

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return Path(self.database_url.database or "")

    def missing(self, purpose: Purpose) -> dict[str, str]:
        """What this purpose needs and does not have: setting → what to do."""
        missing: dict[str, str] = {}
        if purpose is Purpose.RUN:
            missing |= self._missing_for_slack()
            if not self.is_sqlite and not self.encryption_keys:
                missing["encryption_keys"] = (
                    f"ENCRYPTION_KEYS: missing; PostgreSQL needs it, since tokens are kept encrypted. Make one with: {NEW_KEY}"
                )
        if self.send_lease_seconds <= self.slack_timeout_seconds:
            missing["send_lease_seconds"] = (
                "SEND_LEASE_SECONDS: must be longer than SLACK_TIMEOUT_SECONDS, or two processes send the same message."
            )
        return missing

    def _missing_for_slack(self) -> dict[str, str]:
        missing: dict[str, str] = {}
        if not self.socket_mode and self.slack_signing_secret is None:
            missing["slack_signing_secret"] = (
                "SLACK_SIGNING_SECRET: missing or blank. Copy it from your Slack app's page, Basic Information →"
                " App Credentials; or set SLACK_APP_TOKEN to use Socket Mode, which needs none."
            )
        if self.slack_bot_token is None:
            missing["slack_bot_token"] = (
                "SLACK_BOT_TOKEN: missing. Copy the token that begins with xoxb- from your Slack app's page, Install App."
            )
            if self.slack_client_id or self.slack_client_secret:
                missing["slack_bot_token"] += (
                    " Installing through the browser, with SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, comes in a later version."
                )
        return missing

    def keyring(self) -> Keyring | None:
        """The keys that read and write encrypted columns; on SQLite made, and kept beside the file, at the first call.

        None on PostgreSQL when ENCRYPTION_KEYS is not set: enough for commands that touch no token.
        """
        if self.encryption_keys:
            return Keyring([key.get_secret_value() for key in self.encryption_keys])
        return Keyring(kept_beside(self.database_path)) if self.is_sqlite else None
