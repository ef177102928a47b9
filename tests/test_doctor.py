"""`doctor` finds what is wrong with an installation and says what to do about it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr
from sqlalchemy import URL, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import manifest as manifests
from bot.clock import Clock, MovableClock
from bot.db.engine import Database
from bot.db.keyring import new_key
from bot.doctor import Check, examine
from bot.outbox import service as outbox
from bot.outbox.models import Delivery, DeliveryState
from bot.people.models import Team
from bot.playground.server import LocalSlack
from bot.rekey import rekey
from bot.settings import Settings
from bot.slack.clients import Clients
from bot.workspaces.installations import leave, save
from bot.workspaces.models import Workspace, WorkspaceState

NOW = datetime.now(UTC)
KEY = new_key()


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack() as slack:
        yield slack


def pointed_at(slack: LocalSlack, database_url: URL) -> Settings:
    return Settings(
        slack_api_url=slack.api_url,
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        database_url=database_url,
        encryption_keys=(SecretStr(KEY),),
    )


@pytest.fixture
def settings(slack: LocalSlack, database_url: URL) -> Settings:
    return pointed_at(slack, database_url)


@pytest.fixture
async def installed(settings: Settings, slack: LocalSlack) -> AsyncIterator[Database]:
    """The default team of the local Slack, in the channel that the bot is in."""
    db = Database(settings.database_url, keyring=settings.keyring())
    async with db.begin() as session:
        workspace = await save(
            session,
            slack_id=slack.team_id,
            name="Acme",
            bot_token=slack.bot_token,
            bot_user_id="U1",
            bot_id="B1",
            now=NOW,
        )
        session.add(team(workspace, "Payments", slack.described()["channels"]["payments"]))
    yield db
    await db.close()


def team(workspace: Workspace, name: str, channel_id: str) -> Team:
    return Team(
        workspace_id=workspace.id,
        channel_id=channel_id,
        name=name,
        timezone="UTC",
        created_by="U1",
        created_at=NOW,
    )


async def found(settings: Settings, clock: Clock | None = None) -> list[Check]:
    async with Clients(api_url=settings.slack_api_url, timeout_seconds=2) as clients:
        return [check async for check in examine(settings, clients=clients, clock=clock or Clock())]


async def wrong(settings: Settings, clock: Clock | None = None) -> dict[str, Check]:
    return {check.name: check for check in await found(settings, clock) if not check.ok}


def but(settings: Settings, **changed: Any) -> Settings:
    return settings.model_copy(update=changed)


async def test_nothing_is_wrong_with_a_sound_installation(settings: Settings, installed: Database) -> None:
    checks = await found(settings)
    assert [check for check in checks if not check.ok or check.do] == []
    assert {"settings", "database", "clock", "workspace Acme channels", "workspace Acme messages"} <= {
        check.name for check in checks
    }


async def test_settings_that_are_missing_are_named(settings: Settings) -> None:
    bad = await wrong(but(settings, slack_app_token=None, slack_bot_token=None))
    assert {"SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"} <= bad.keys()
    assert "Copy" in bad["SLACK_SIGNING_SECRET"].do


async def test_tokens_that_slack_refuses_are_named(settings: Settings) -> None:
    bad = await wrong(
        but(settings, slack_bot_token=SecretStr("xoxb-old"), slack_app_token=SecretStr("xapp-old"))
    )
    assert bad.keys() == {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"}
    assert all("invalid_auth" in check.say and check.do for check in bad.values())
    assert not [check for check in bad.values() if "xoxb-old" in f"{check}" or "xapp-old" in f"{check}"]


async def test_a_slack_that_cannot_be_reached_is_told_from_one_that_refuses(settings: Settings) -> None:
    bad = await wrong(but(settings, slack_api_url="http://127.0.0.1:1/api/"))
    assert "cannot be reached" in bad["SLACK_BOT_TOKEN"].say
    assert "SLACK_API_URL" in bad["SLACK_BOT_TOKEN"].do


async def test_a_scope_that_was_not_granted_is_named(database_url: URL) -> None:
    manifest = manifests.load()
    manifest["oauth_config"]["scopes"]["bot"].remove("chat:write")
    async with LocalSlack(manifest=manifest) as slack:
        bad = await wrong(pointed_at(slack, database_url))
    assert "chat:write" in bad["SLACK_BOT_TOKEN scopes"].say
    assert "im:write" not in bad["SLACK_BOT_TOKEN scopes"].say
    assert "reinstall" in bad["SLACK_BOT_TOKEN scopes"].do


@pytest.mark.parametrize(
    ("off", "ok", "told"), [(0, True, False), (60, True, True), (-60, True, True), (400, False, True)]
)
async def test_a_clock_that_is_off_is_told_before_slack_refuses_it(
    settings: Settings, clock: MovableClock, off: int, *, ok: bool, told: bool
) -> None:
    clock.advance(timedelta(seconds=off))
    (check,) = [check for check in await found(settings, clock) if check.name == "clock"]
    assert (check.ok, bool(check.do)) == (ok, told)


async def test_a_database_that_is_down_is_told(settings: Settings) -> None:
    bad = await wrong(but(settings, database_url=URL.create("postgresql+asyncpg", host="127.0.0.1", port=1)))
    assert "DATABASE_URL" in bad["database"].do


async def test_a_database_without_tables_is_told(slack: LocalSlack, new_database_url: URL) -> None:
    checks = {check.name: check for check in await found(pointed_at(slack, new_database_url))}
    if new_database_url.get_backend_name() == "sqlite":  # is migrated when the bot starts
        assert checks["database"].ok
    else:
        assert not checks["database"].ok
        assert "common-ground migrate" in checks["database"].do


async def _post(session: AsyncSession) -> None:
    await outbox.post(
        session,
        workspace_id=1,
        source="decisions:1:card",
        recipient="C1",
        payload={"text": "hi"},
        now=NOW,
    )


async def test_a_lost_encryption_key_is_told(settings: Settings, installed: Database) -> None:
    bad = await wrong(but(settings, encryption_keys=(SecretStr(new_key()),)))
    assert "Put the key" in bad["workspace Acme"].do


async def test_what_a_lost_key_sealed_is_told_also_when_the_token_is_new(
    settings: Settings, installed: Database, slack: LocalSlack
) -> None:
    async with installed.begin() as session:
        await _post(session)
    new = but(settings, encryption_keys=(SecretStr(new_key()),))
    db = Database(new.database_url, keyring=new.keyring())
    async with db.begin() as session:  # as each start does
        token, slack_id = slack.bot_token, slack.team_id
        await save(session, slack_id=slack_id, bot_token=token, bot_user_id="U1", bot_id="B1", now=NOW)
    await db.close()
    bad = await wrong(new)
    assert bad.keys() == {"encryption keys"}
    assert "cannot be read" in bad["encryption keys"].say
    assert "Put the key" in bad["encryption keys"].do


async def test_a_workspace_whose_token_slack_refused_is_wrong_until_the_bot_starts_with_a_good_one(
    settings: Settings, installed: Database
) -> None:
    async with installed.begin() as session:
        await leave(session, workspace_id=1, state=WorkspaceState.SUSPENDED, happened_at=NOW, now=NOW)
    bad = await wrong(settings)
    assert bad.keys() == {"workspace Acme"}
    assert "nothing is sent" in bad["workspace Acme"].say
    assert "restart the bot" in bad["workspace Acme"].do


async def test_whether_older_keys_are_still_needed_is_told(settings: Settings, installed: Database) -> None:
    newer = SecretStr(new_key())
    both = but(settings, encryption_keys=(newer, SecretStr(KEY)))

    async def told() -> Check:
        (check,) = [check for check in await found(both) if check.name == "encryption keys"]
        return check

    check = await told()
    assert check.ok
    assert "common-ground rekey" in check.do
    db = Database(both.database_url, keyring=both.keyring())
    assert [table.table async for table in rekey(db) if table.resealed] == ["workspaces"]
    await db.close()
    check = await told()
    assert check.ok
    assert "Take the older ones away" in check.do

    both = but(settings, encryption_keys=(SecretStr(KEY), SecretStr(new_key())))
    check = await told()
    assert not check.ok
    assert "1 rows" in check.say


async def test_a_team_channel_that_the_bot_is_not_in_is_named(
    settings: Settings, installed: Database, slack: LocalSlack
) -> None:
    async with installed.begin() as session:
        workspace = (await session.get(Workspace, 1)) or pytest.fail("installed")
        session.add(team(workspace, "Platform", slack.described()["channels"]["platform"]))
    bad = await wrong(settings)
    assert bad.keys() == {"workspace Acme channels"}
    assert "Platform" in bad["workspace Acme channels"].say
    assert "Payments" not in bad["workspace Acme channels"].say
    assert "/invite" in bad["workspace Acme channels"].do


async def test_messages_that_were_given_up_are_counted(settings: Settings, installed: Database) -> None:
    async with installed.begin() as session:
        await _post(session)
        await session.execute(update(Delivery).values(state=DeliveryState.DEAD, last_error="msg_too_long"))
    bad = await wrong(settings)
    assert "1 not delivered" in bad["workspace Acme messages"].say
    assert "msg_too_long" in bad["workspace Acme messages"].say


async def test_a_workspace_that_removed_the_app_is_no_fault(settings: Settings, installed: Database) -> None:
    async with installed.begin() as session:
        await leave(session, workspace_id=1, state=WorkspaceState.UNINSTALLED, happened_at=NOW, now=NOW)
    checks = {check.name: check for check in await found(settings)}
    assert checks["workspace Acme"].ok
    assert "install the app" in checks["workspace Acme"].do


async def test_looking_changes_nothing_in_slack(
    settings: Settings, installed: Database, slack: LocalSlack
) -> None:
    await found(settings)
    async with ClientSession() as http, http.get(f"{slack.url}/_control/ledger") as response:
        ledger = await response.json()
    entries = ledger["entries"] if isinstance(ledger, dict) else ledger
    assert {entry["method"] for entry in entries if "method" in entry} <= {
        "auth.test",
        "apps.connections.open",
        "users.conversations",
    }
