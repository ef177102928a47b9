"""Settings: read from the environment alone; what is missing or wrong is told at once, each with what to do."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.db.keyring import Keyring, kept_beside, new_key
from bot.settings import Purpose, Settings, SettingsError

HTTP = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5"}
SOCKET = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> "Environment":
    return Environment(monkeypatch)


class Environment:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, **variables: str) -> None:
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    def problems(self, purpose: Purpose = Purpose.RUN) -> list[str]:
        with pytest.raises(SettingsError) as raised:
            Settings.load(for_=purpose)
        return raised.value.problems


def named(problems: list[str]) -> set[str]:
    return {problem.partition(":")[0] for problem in problems}


def test_http_mode_needs_a_bot_token_and_the_signing_secret(environment: Environment) -> None:
    environment(**HTTP)
    assert not Settings.load().socket_mode


def test_socket_mode_needs_no_signing_secret(environment: Environment) -> None:
    environment(**SOCKET)
    assert Settings.load().socket_mode


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_blank_signing_secret_is_no_secret(environment: Environment, blank: str) -> None:
    environment(**HTTP | {"SLACK_SIGNING_SECRET": blank})
    assert named(environment.problems()) == {"SLACK_SIGNING_SECRET"}


def test_everything_that_is_wrong_is_listed_at_once_with_what_to_do(environment: Environment) -> None:
    environment(
        PORT="many", TICK_SECONDS="0", DATABASE_URL="mysql://x", ENCRYPTION_KEYS="short", LOG_LEVEL="LOUD"
    )
    problems = environment.problems()
    wrong = {"PORT", "TICK_SECONDS", "DATABASE_URL", "ENCRYPTION_KEYS", "LOG_LEVEL"}
    assert named(problems) == wrong | {"SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"}
    assert all(len(problem.split()) > 4 for problem in problems)


def test_a_value_that_is_wrong_is_not_repeated_as_it_may_be_secret(environment: Environment) -> None:
    environment(**HTTP | {"SLACK_BOT_TOKEN": "xapp-1-secret", "ENCRYPTION_KEYS": "secret"})
    assert "secret" not in "\n".join(environment.problems()).replace("SLACK_CLIENT_SECRET", "")


def test_tokens_in_each_others_place_are_noticed(environment: Environment) -> None:
    environment(SLACK_BOT_TOKEN="xapp-1", SLACK_APP_TOKEN="xoxb-1")
    assert {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"} <= named(environment.problems())


def test_who_wants_to_install_through_the_browser_hears_that_it_comes_later_and_what_to_set_now(
    environment: Environment,
) -> None:
    environment(
        SLACK_SIGNING_SECRET="s",
        SLACK_CLIENT_ID="1.2",
        SLACK_CLIENT_SECRET="t",
        PUBLIC_URL="https://bot.example.com/",
    )
    [problem] = environment.problems()
    assert problem.startswith("SLACK_BOT_TOKEN: missing. Copy the token that begins with xoxb-")
    assert "comes in a later version" in problem
    environment(SLACK_BOT_TOKEN="xoxb-1")
    assert Settings.load().public_url == "https://bot.example.com"


def test_commands_that_only_touch_data_need_no_token(environment: Environment) -> None:
    environment(DATABASE_URL="postgresql://u:p@localhost/x")
    assert Settings.load(for_=Purpose.DATA).keyring() is None


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///./a.sqlite", "sqlite+aiosqlite:///./a.sqlite"),
        ("sqlite:////data/a.sqlite", "sqlite+aiosqlite:////data/a.sqlite"),
        ("sqlite+aiosqlite:///a.sqlite", "sqlite+aiosqlite:///a.sqlite"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u:p@h:5/d?sslmode=require", "postgresql+asyncpg://u:p@h:5/d?ssl=require"),
        ("postgresql+asyncpg://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        (
            "postgresql://u:p@h/d?target_session_attrs=primary",
            "postgresql+asyncpg://u:p@h/d?target_session_attrs=primary",
        ),
    ],
)
def test_every_usual_form_of_a_database_url_is_understood(
    environment: Environment, given: str, used: str
) -> None:
    environment(DATABASE_URL=given)
    assert Settings.load(for_=Purpose.DATA).database_url.render_as_string(hide_password=False) == used


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "nonsense", "oracle://h/d"])
def test_a_database_that_would_not_work_is_refused(environment: Environment, url: str) -> None:
    environment(DATABASE_URL=url)
    assert named(environment.problems(Purpose.DATA)) == {"DATABASE_URL"}


@pytest.mark.parametrize("word", ["channel_binding", "application_name", "sslrootcert"])
def test_a_word_of_libpq_that_the_driver_does_not_know_is_named(environment: Environment, word: str) -> None:
    environment(DATABASE_URL=f"postgresql://u:pa55word@h/d?sslmode=require&{word}=require")
    [problem] = environment.problems(Purpose.DATA)
    assert problem.startswith(f"DATABASE_URL: {word} is not understood after the question mark; leave it out")
    assert "pa55word" not in problem


def test_a_lease_that_a_slow_answer_outlives_is_refused(environment: Environment) -> None:
    environment(SEND_LEASE_SECONDS="10", SLACK_TIMEOUT_SECONDS="10")
    assert named(environment.problems(Purpose.DATA)) == {"SEND_LEASE_SECONDS"}


def test_secrets_are_never_shown(environment: Environment) -> None:
    environment(**HTTP, ENCRYPTION_KEYS=new_key(), DATABASE_URL="postgresql://u:pa55word@h/d")
    settings = Settings.load()
    shown = f"{settings!r} {settings} {settings.model_dump()}"
    assert not [value for value in (*HTTP.values(), "pa55word") if value in shown]


def test_a_key_is_made_beside_a_sqlite_database_and_used_from_then_on(
    environment: Environment, tmp_path: Path
) -> None:
    environment(DATABASE_URL=f"sqlite:///{tmp_path}/data/a.sqlite")
    sealed = _keyring().seal("private")
    assert _keyring().open(sealed) == "private"
    assert stat.S_IMODE((tmp_path / "data/a.sqlite.keys").stat().st_mode) == 0o600


def test_processes_that_start_together_make_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: kept_beside(tmp_path / "a.sqlite"), range(64)))
    assert len({tuple(keys) for keys in made}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.sqlite.keys"]


def test_postgresql_asks_for_keys(environment: Environment) -> None:
    environment(**HTTP, DATABASE_URL="postgresql://u:p@localhost/x")
    assert named(environment.problems()) == {"ENCRYPTION_KEYS"}


def test_keys_are_rotated_by_putting_a_new_one_in_front(environment: Environment) -> None:
    old, new = new_key(), new_key()
    environment(ENCRYPTION_KEYS=old)
    sealed = _keyring().seal("private")
    environment(ENCRYPTION_KEYS=f"{new}, {old}")
    assert _keyring().open(sealed) == "private"
    assert not _keyring().is_newest(sealed)
    assert Keyring([new]).open(_keyring().seal("private")) == "private"


def test_what_no_key_can_read_says_what_to_do() -> None:
    with pytest.raises(KeyError, match="Put the key that wrote it back"):
        Keyring([new_key()]).open(Keyring([new_key()]).seal("private"))


def _keyring() -> Keyring:
    keyring = Settings.load(for_=Purpose.DATA).keyring()
    assert keyring is not None
    return keyring
