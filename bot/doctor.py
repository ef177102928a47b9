"""Looks the installation over, and says of each thing that is wrong what to do about it."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from bot import manifest
from bot.clock import Clock
from bot.db.engine import Database
from bot.db.migrate import current_problem
from bot.outbox.service import troubles
from bot.people.models import Team
from bot.rekey import look
from bot.settings import Purpose, Settings
from bot.slack.clients import Clients, code_of
from bot.workspaces.models import Workspace, WorkspaceState

CLOCK_IS_OFF = timedelta(seconds=30)
SLACK_REFUSES = timedelta(
    seconds=240
)  # it refuses at 300: https://docs.slack.dev/authentication/verifying-requests-from-slack
UNREACHABLE = "Check that this machine may reach slack.com, and SLACK_API_URL if you set it."


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. Fine with something to do is a warning."""

    name: str
    ok: bool
    say: str
    do: str = ""


async def examine(settings: Settings, *, clients: Clients, clock: Clock) -> AsyncIterator[Check]:
    """Everything that can be looked at; what depends on something broken is left out."""
    for check in _settings(settings):
        yield check
    if settings.slack_app_token is not None:
        yield await _app_token(clients.bot(settings.slack_app_token.get_secret_value()))
    if settings.slack_bot_token is not None:
        async for check in _bot_token(
            "SLACK_BOT_TOKEN", clients.bot(settings.slack_bot_token.get_secret_value()), clock
        ):
            yield check
    if settings.is_sqlite and not settings.database_path.exists():
        yield Check("database", ok=True, say="not made yet", do="The first `common-ground run` makes it.")
        return
    keyring = settings.keyring()
    db = Database(settings.database_url, keyring=keyring)
    try:
        database = await _database(db)
        yield database
        if database.ok:
            if keyring is not None:
                yield await (_keys(db) if keyring.has_older else _key(db))
            async for check in _workspaces(db, clients, clock):
                yield check
    finally:
        await db.close()


def _settings(settings: Settings) -> Iterable[Check]:
    missing = settings.missing(Purpose.RUN)
    for name, text in missing.items():
        say, _, do = text.removeprefix(f"{name.upper()}: ").partition(". ")
        yield Check(name.upper(), ok=False, say=say, do=do)
    if not missing:
        mode = "Socket Mode" if settings.socket_mode else f"HTTP on port {settings.port}"
        yield Check("settings", ok=True, say=f"complete, {mode}")


async def _database(db: Database) -> Check:
    problem = await current_problem(db)
    if problem is None:
        return Check("database", ok=True, say=f"{db.url.get_backend_name()}, at the newest revision")
    say, _, do = problem.partition(". ")
    return Check("database", ok=False, say=say, do=do)


async def _key(db: Database) -> Check:
    """Whether the one there is reads what is stored: of the token that says little, as each start seals it anew."""
    if lost := sum(table.lost for table in await look(db, only_oldest=True)):
        return Check(
            "encryption keys",
            ok=False,
            say=f"{lost} of the oldest rows cannot be read with the one there is",
            do="Put the key that sealed these back, behind it.",
        )
    return Check("encryption keys", ok=True, say="what is stored can be read")


async def _keys(db: Database) -> Check:
    """Whether the older ones are still needed. Reads all that is encrypted, so it is asked only when there are any."""
    tables = await look(db)
    older, lost = sum(table.older for table in tables), sum(table.lost for table in tables)
    if lost:
        return Check(
            "encryption keys",
            ok=False,
            say=f"{lost} rows can be read with none of them",
            do="Put the key that sealed these back, as the last one.",
        )
    if older:
        return Check(
            "encryption keys",
            ok=True,
            say=f"{older} rows are not yet under the newest one",
            do="Run `common-ground rekey`; then the older ones can go.",
        )
    return Check(
        "encryption keys",
        ok=True,
        say="all is under the newest one",
        do="Take the older ones away and restart the bot.",
    )


async def _app_token(client: AsyncWebClient) -> Check:
    try:
        await client.apps_connections_open(app_token=client.token or "")
    except SlackApiError as error:
        return Check(
            "SLACK_APP_TOKEN",
            ok=False,
            say=f"Slack refuses it ({code_of(error)})",
            do="Make an app-level token with connections:write on your Slack app's page, Basic Information.",
        )
    except (ClientError, OSError, TimeoutError) as error:
        return Check("SLACK_APP_TOKEN", ok=False, say=f"Slack cannot be reached ({error})", do=UNREACHABLE)
    return Check("SLACK_APP_TOKEN", ok=True, say="Slack accepts it")


async def _bot_token(name: str, client: AsyncWebClient, clock: Clock) -> AsyncIterator[Check]:
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        yield Check(
            name,
            ok=False,
            say=f"Slack refuses it ({code_of(error)})",
            do="Copy the Bot User OAuth Token anew from your Slack app's page, Install App; reinstall it if need be.",
        )
        return
    except (ClientError, OSError, TimeoutError) as error:
        yield Check(name, ok=False, say=f"Slack cannot be reached ({error})", do=UNREACHABLE)
        return
    yield Check(name, ok=True, say=f"Slack knows it as {answer['user']} in {answer['team']}")
    headers = {key.lower(): value for key, value in answer.headers.items()}
    yield _scopes(f"{name} scopes", headers)
    if "date" in headers:
        yield _clock(headers["date"], clock)


def _scopes(name: str, headers: Mapping[str, str]) -> Check:
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
    needed, optional = manifest.bot_scopes()
    if lacking := sorted(needed - granted):
        return Check(
            name,
            ok=False,
            say=f"{', '.join(lacking)} not granted",
            do="Put `common-ground manifest` into your Slack app's page, App Manifest, then reinstall the app.",
        )
    if lacking := sorted(optional - granted):
        return Check(
            name,
            ok=True,
            say=f"all that is needed; {', '.join(lacking)} not granted",
            do="Without these the bot works. What it leaves out then stands in the README, “Every permission, and why”.",
        )
    return Check(name, ok=True, say="all granted")


def _clock(date: str, clock: Clock) -> Check:
    off = abs(clock.now() - parsedate_to_datetime(date))
    say = f"{off.total_seconds():.0f} s away from Slack's"
    if off <= CLOCK_IS_OFF:
        return Check("clock", ok=True, say=say)
    return Check("clock", ok=off <= SLACK_REFUSES, say=say, do="Synchronise this machine's clock (NTP).")


async def _workspaces(db: Database, clients: Clients, clock: Clock) -> AsyncIterator[Check]:
    async with db.read() as session:
        ids = (
            await session.execute(select(Workspace.id, Workspace.name, Workspace.slack_id, Workspace.state))
        ).all()
    for id_, name, slack_id, state in ids:
        label = f"workspace {name or slack_id}"
        if state == WorkspaceState.SUSPENDED:
            yield Check(
                label,
                ok=False,
                say="suspended, as Slack refused its token: nothing is sent there, and nobody is answered",
                do="Install the app there again if need be, set SLACK_BOT_TOKEN to its token, and restart the bot.",
            )
            continue
        if state != WorkspaceState.ACTIVE:
            yield Check(
                label,
                ok=True,
                say=state,
                do="To go on, install the app there again, set SLACK_BOT_TOKEN to its new token, and restart the bot;"
                " its records are kept.",
            )
            continue
        async for check in _workspace(db, clients, clock, id_=id_, label=label):
            yield check


async def _workspace(
    db: Database, clients: Clients, clock: Clock, *, id_: int, label: str
) -> AsyncIterator[Check]:
    try:
        async with db.read() as session:
            token = await session.scalar(select(Workspace.bot_token).where(Workspace.id == id_))
            teams = await session.execute(select(Team.channel_id, Team.name).where(Team.workspace_id == id_))
            channels = {team.channel_id: team.name for team in teams}
            stuck = await troubles(session, workspace_id=id_)
    except LookupError as error:
        yield Check(label, ok=False, say="its token cannot be read", do=str(error.args[0]))
        return
    if token is not None:
        client = clients.bot(token)
        works = True
        async for check in _bot_token(f"{label} token", client, clock):
            works = works and check.ok
            yield check
        if works and channels:
            yield await _membership(label, client, channels)
    yield Check(
        f"{label} messages",
        ok=not stuck,
        say=f"{len(stuck)} not delivered, the oldest: {stuck[0].source} ({stuck[0].error})"
        if stuck
        else "none waits for a person",
        do="Open the bot's Home in Slack: it says of each what to do." if stuck else "",
    )


async def _membership(label: str, client: AsyncWebClient, channels: Mapping[str, str]) -> Check:
    """Of the teams' channels, those that the bot is not in."""
    joined: set[str] = set()
    try:
        async for page in await client.users_conversations(types="public_channel,private_channel", limit=999):
            joined |= {channel["id"] for channel in page["channels"]}
    except SlackApiError as error:
        return Check(f"{label} channels", ok=True, say=f"cannot be looked at ({code_of(error)})")
    outside = sorted(name for channel, name in channels.items() if channel not in joined)
    return Check(
        f"{label} channels",
        ok=not outside,
        say=f"not in the channel of {', '.join(outside)}"
        if outside
        else f"in all {len(channels)} team channels",
        do="Invite it there: /invite @Common Ground" if outside else "",
    )
