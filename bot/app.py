"""Puts the parts together: the only module that knows every one of them."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from aiohttp import ClientError, web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agenda import agenda_home, suggested
from bot.clock import Clock
from bot.db.engine import Database
from bot.db.migrate import current_problem, upgrade
from bot.inbox import service as inbox
from bot.inbox.door import EventDoor
from bot.inbox.worker import InboxWorker
from bot.ops import Health, OpsServer
from bot.outbox import service as outbox
from bot.outbox.sender import PACE_SECONDS, Sender
from bot.records import drafts, sources
from bot.records import service as records
from bot.records.models import Submission
from bot.records.snapshots import Snapshots
from bot.ritual import EventListener, Ritual
from bot.rituals import RITUALS
from bot.schedule import changes
from bot.schedule import service as schedule
from bot.schedule.changes import USER_CHANGE
from bot.schedule.tick import Tick
from bot.schedule.worker import ScheduleWorker
from bot.settings import Settings
from bot.slack.clients import Clients, code_of
from bot.slack.directory import Directory
from bot.slack.dispatch import Dispatch, Table, Tables
from bot.slack.hearing import Hearing
from bot.slack.home import Home
from bot.slack.ingress import BODY_BYTES, routes
from bot.slack.request import Surroundings
from bot.slack.tasks import Tasks
from bot.workspaces import installations
from bot.workspaces.inquiries import Inquiries
from bot.workspaces.installations import Installations
from bot.workspaces.models import Workspace

log = structlog.get_logger()

PURGE_SECONDS = 600  # not at the start, when whoever waits for the bot wants the database
SUBMISSIONS_KEPT = timedelta(
    days=3
)  # a modal that is open for longer than this is closed by Slack long before


TOKEN_REFUSED = frozenset(
    {
        "access_denied",
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
"""Slack's codes for a token that will not do tomorrow either (docs reference/methods/apps.connections.open)."""


SOCKET_LOOK_SECONDS = 8.0  # the SDK waits ten between two tries


class NotReadyError(Exception):
    """The bot cannot start as things are; says why and what to do."""


@asynccontextmanager
async def opened(settings: Settings, *, migrate: bool = False) -> AsyncIterator[Database]:
    """The database at its newest revision: SQLite is brought there, PostgreSQL only when asked to `migrate`.

    Raises NotReadyError when it cannot be used.
    """
    database = Database(settings.database_url, keyring=settings.keyring())
    try:
        if database.is_sqlite or migrate:
            await upgrade(settings.database_url)
        if (problem := await current_problem(database)) is not None:
            raise NotReadyError(problem)
        yield database
    finally:
        await database.close()


@dataclass(frozen=True)
class App:
    """The bot's parts, made and not yet listening."""

    database: Database
    clock: Clock
    clients: Clients
    directory: Directory
    installations: Installations
    tasks: Tasks
    sender: Sender
    inbox: InboxWorker
    schedule: ScheduleWorker
    dispatch: Dispatch
    bolt: AsyncApp
    snapshots: Snapshots
    tick: Tick


def assemble(
    settings: Settings,
    *,
    database: Database,
    clients: Clients,
    clock: Clock,
    rituals: Sequence[Ritual] = RITUALS,
    pace_seconds: float = PACE_SECONDS,
) -> App:
    """Wire the parts up. Nothing runs until `serving` starts them."""
    found = Installations(database)
    timed = {name: steps for ritual in rituals for name, steps in ritual.timed.items()}
    directory, tasks = Directory(clock), Tasks()
    home = Home(
        database=database,
        clock=clock,
        clients=clients,
        directory=directory,
        tasks=tasks,
        waiting=[ritual.waiting for ritual in rituals if ritual.waiting],
        sections=[*(ritual.home for ritual in rituals if ritual.home), agenda_home(rituals)],
    )
    sender = Sender(
        database,
        clients,
        clock=clock,
        lease_seconds=settings.send_lease_seconds,
        shutdown_seconds=settings.shutdown_seconds,
        tick_seconds=settings.tick_seconds,
        pace_seconds=pace_seconds,
    )
    worker = InboxWorker(
        database,
        {
            **events(rituals),
            **own_events(rituals),
            USER_CHANGE: changes.person_changed(timed),
        },
        clock=clock,
        stale_after=stale_after(rituals),
        shutdown_seconds=settings.shutdown_seconds,
        tick_seconds=settings.tick_seconds,
    )
    steps = ScheduleWorker(
        database,
        timed,
        clock=clock,
        inquiries=Inquiries(found, clients, directory),
        suggest=partial(suggested, rituals=rituals),
        keep_ups=[ritual.keep_up for ritual in rituals if ritual.keep_up],
        shutdown_seconds=settings.shutdown_seconds,
        tick_seconds=settings.tick_seconds,
    )
    receive = EventDoor(
        database=database,
        clock=clock,
        installations=found,
        directory=directory,
        home=home,
        listened={*events(rituals), USER_CHANGE},
        concerns={USER_CHANGE: changes.concerns},
    )
    dispatch = Dispatch(
        tables(rituals),
        around=Surroundings(
            database,
            clock,
            directory,
            tasks,
            home,
            menu(rituals),
            {ritual.name: next(iter(ritual.commands)) for ritual in rituals if ritual.commands},
        ),
        installations=found,
        receive_event=receive,
        keep_draft=drafts.keep_shown,
        is_saved=records.is_saved,
    )
    bolt = AsyncApp(
        name="common-ground",  # or it reads every frame of the stack from disk to find one
        logger=logging.getLogger(
            "slack_bolt"
        ),  # or it takes the root's level, and at DEBUG writes down what people say
        client=clients.bot(None),
        authorize=_authorize(found),
        raise_error_for_unhandled_request=True,  # so that the dispatch answers it: Bolt's own answer is a 404
        process_before_response=True,  # its default polls for the ack every 10 ms, and loses it when a listener raises
        request_verification_enabled=False,  # slack.ingress checks every request before Bolt sees it
        signing_secret="not-used",  # noqa: S106 -- slack.ingress knows the real one; Bolt only wants some text
    )
    dispatch.connect(bolt)
    app = App(
        database=database,
        clock=clock,
        clients=clients,
        directory=directory,
        installations=found,
        tasks=tasks,
        sender=sender,
        inbox=worker,
        schedule=steps,
        dispatch=dispatch,
        bolt=bolt,
        snapshots=Snapshots(database=database, clients=clients, clock=clock, tasks=tasks),
        tick=Tick(),
    )
    app.tick.every(settings.tick_seconds, lambda: look(app))
    app.tick.every(PURGE_SECONDS, lambda: _tidy(app))
    return app


def _authorize(found: Installations) -> Callable[..., Awaitable[Any]]:
    async def authorize(
        enterprise_id: str | None, team_id: str | None, user_id: str | None
    ) -> AuthorizeResult | None:  # a plain function, as Bolt passes `self` by name as well
        return await found.authorize(enterprise_id, team_id, user_id)

    return authorize  # Bolt's type forgets that a workspace may have no installation


def tables(rituals: Sequence[Ritual]) -> Tables:
    """Everything all rituals listen to; two listeners for one id are refused."""
    return Tables(
        commands=Table(*(ritual.commands for ritual in rituals)),
        actions=Table(*(ritual.actions for ritual in rituals)),
        views=Table(*(ritual.views for ritual in rituals)),
        shortcuts=Table(*(ritual.shortcuts for ritual in rituals)),
        options=Table(*(ritual.options for ritual in rituals)),
    )


def events(rituals: Sequence[Ritual]) -> dict[str, EventListener]:
    """What is done at each event by all rituals that listen to it, in one transaction; it is handled once."""
    return _heard(
        (name, _while_useful(listener, ritual.stale_after.get(name)))
        for ritual in rituals
        for name, listener in ritual.events.items()
    )


def own_events(rituals: Sequence[Ritual]) -> dict[str, EventListener]:
    """What is done at each event that the bot tells itself. From outside none of these comes in."""
    return _heard(pair for ritual in rituals for pair in ritual.own_events.items())


def _heard(listening: Iterable[tuple[str, EventListener]]) -> dict[str, EventListener]:
    found: dict[str, list[EventListener]] = {}
    for name, listener in listening:
        found.setdefault(name, []).append(listener)
    return {name: _all_of(listeners) for name, listeners in found.items()}


def _while_useful(listener: EventListener, stale_after: timedelta | None) -> EventListener:
    """The listener, left out when an event comes too late for it; another's may still want it."""
    if stale_after is None:
        return listener

    async def listen(
        session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
    ) -> None:
        if now - event["event_time"] <= stale_after:
            await listener(session, event=event, workspace=workspace, now=now)

    return listen


def _all_of(listeners: Sequence[EventListener]) -> EventListener:
    async def listen(
        session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
    ) -> None:
        for listener in listeners:
            await listener(session, event=event, workspace=workspace, now=now)

    return listen if len(listeners) > 1 else listeners[0]


def stale_after(rituals: Sequence[Ritual]) -> dict[str, timedelta]:
    """Events that are of use to nobody any more when they come later than this."""
    names = {name for ritual in rituals for name in ritual.events}
    ages = {name: [r.stale_after.get(name) for r in rituals if name in r.events] for name in names}
    return {name: max(filter(None, of)) for name, of in ages.items() if None not in of}


def menu(rituals: Sequence[Ritual]) -> tuple[tuple[str, Any], ...]:
    """The first command of each ritual with its line of help."""
    return tuple((next(iter(ritual.commands)), ritual.summary) for ritual in rituals if ritual.commands)


def look(app: App) -> None:
    """Something may be due."""
    app.sender.wake()
    app.inbox.wake()
    app.schedule.wake()
    app.snapshots.look()


def _tidy(app: App) -> None:
    app.tasks.start(forget_old(app), name="forget_old")


async def forget_old(app: App) -> None:
    """What nobody comes back to: drafts, copies, events, posts and submissions, each after its own time.

    Each on its own: what cannot be forgotten keeps nothing else.
    """
    now = app.clock.now()
    for forget in (
        drafts.purge,
        sources.purge,
        inbox.purge,
        outbox.purge,
        schedule.mend,
        _forget_submissions,
    ):
        try:
            async with app.database.begin() as session:
                await forget(session, now=now)
        except Exception:  # tried again in ten minutes
            log.exception("not_forgotten", what=f"{forget.__module__}.{forget.__name__}")


async def _forget_submissions(session: AsyncSession, *, now: datetime) -> None:
    await session.execute(delete(Submission).where(Submission.created_at < now - SUBMISSIONS_KEPT))


async def install_own(app: App, settings: Settings) -> None:
    """With SLACK_BOT_TOKEN set there is one workspace, and no OAuth: ask Slack whose token it is, and keep that."""
    if settings.slack_bot_token is None:
        return
    token, now = settings.slack_bot_token.get_secret_value(), app.clock.now()
    answer = await app.clients.bot(token).auth_test()
    async with app.database.begin() as session:
        workspace = await installations.save(
            session,
            slack_id=answer["enterprise_id"] if answer.get("is_enterprise_install") else answer["team_id"],
            name=answer.get("team", ""),
            bot_token=token,
            bot_user_id=answer["user_id"],
            bot_id=answer.get("bot_id", ""),
            scopes=sorted(filter(None, answer.headers.get("x-oauth-scopes", "").split(","))),
            now=now,
        )
        if workspace.state_changed_at == now:  # it is installed again, perhaps with what was lacking
            await outbox.resume(session, workspace_id=workspace.id, now=now)
    await app.installations.remember(workspace.slack_id)


@asynccontextmanager
async def serving(
    settings: Settings,
    *,
    database: Database,
    clock: Clock,
    health: Health,
    told_to_stop: asyncio.Event | None = None,
    rituals: Sequence[Ritual] = RITUALS,
    pace_seconds: float = PACE_SECONDS,
) -> AsyncIterator[App]:
    """The bot at work. Leaving it stops taking work in, finishes what is in flight, and closes.

    Told to stop while Slack lets it wait for a connection, it gives up waiting.

    Raises:
        NotReadyError: Slack refuses the app token.
    """
    async with AsyncExitStack() as stack:
        clients = await stack.enter_async_context(
            Clients(api_url=settings.slack_api_url, timeout_seconds=settings.slack_timeout_seconds)
        )
        app = assemble(
            settings,
            database=database,
            clients=clients,
            clock=clock,
            rituals=rituals,
            pace_seconds=pace_seconds,
        )
        await install_own(app, settings)
        stack.push_async_callback(app.tasks.stop, seconds=settings.shutdown_seconds)
        app.sender.start()
        stack.push_async_callback(app.sender.stop)
        app.inbox.start()
        stack.push_async_callback(app.inbox.stop)
        app.schedule.start()
        stack.push_async_callback(app.schedule.stop)
        app.tick.start()
        stack.callback(app.tick.stop)
        if settings.socket_mode:
            assert settings.slack_app_token is not None
            app_token = settings.slack_app_token.get_secret_value()
            await stack.enter_async_context(_socket(app, app_token, health, told_to_stop or asyncio.Event()))
        else:
            assert settings.slack_signing_secret is not None
            await stack.enter_async_context(_http(app, settings, health))
        yield app


@asynccontextmanager
async def _socket(
    app: App, app_token: str, health: Health, told_to_stop: asyncio.Event
) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(app.bolt, app_token, web_client=app.clients.bot(None))
    hearing = Hearing(handler)
    app.tick.every(SOCKET_LOOK_SECONDS, hearing.look)
    health.also(hearing.problem)
    connecting = asyncio.ensure_future(_connect(handler, app_token))
    told = asyncio.ensure_future(told_to_stop.wait())
    try:
        await asyncio.wait({connecting, told}, return_when=asyncio.FIRST_COMPLETED)
        if connecting.done():
            connecting.result()  # raises what it raised
        yield
    finally:
        connecting.cancel()
        told.cancel()
        await asyncio.gather(connecting, told, return_exceptions=True)
        await app.dispatch.idle()  # what has begun is answered before the socket closes
        await handler.close_async()  # type: ignore[no-untyped-call]


async def _connect(handler: AsyncSocketModeHandler, app_token: str) -> None:
    """The SDK tries for ever, also with a token that Slack refuses: so the first address is asked for here."""
    try:
        answer = await handler.client.web_client.apps_connections_open(app_token=app_token)
        handler.client.wss_uri = answer["url"]
    except SlackApiError as error:
        if code_of(error) in TOKEN_REFUSED:
            raise NotReadyError(
                f"Slack refuses SLACK_APP_TOKEN ({code_of(error)}). Make an app-level token with connections:write"
                " on your Slack app's page, Basic Information, and set it anew."
            ) from None
        log.warning("socket_not_opened", error=code_of(error))
    except (ClientError, OSError) as error:
        log.warning("socket_not_opened", error=type(error).__name__)
    await handler.connect_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def _http(app: App, settings: Settings, health: Health) -> AsyncIterator[None]:
    assert settings.slack_signing_secret is not None
    server = web.Application(client_max_size=BODY_BYTES)
    server.add_routes(routes(app.bolt, signing_secret=settings.slack_signing_secret.get_secret_value()))
    server.add_routes(health.routes())
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=settings.shutdown_seconds)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def run(settings: Settings, *, migrate: bool = False) -> None:
    """The bot, until it is told to stop (SIGTERM or SIGINT)."""
    told_to_stop = _told_to_stop()
    async with opened(settings, migrate=migrate) as db:
        health = Health(lambda: current_problem(db))
        async with (
            OpsServer(health, host=settings.host, port=settings.ops_port) as ops,
            serving(settings, database=db, clock=Clock(), health=health, told_to_stop=told_to_stop),
        ):
            if not told_to_stop.is_set():
                gc.freeze()  # what is here stays: to look through it for rubbish again stops everything for 70 ms
                log.info("started", ops_port=ops.port, socket_mode=settings.socket_mode)
                health.start()
            await told_to_stop.wait()
            health.stop()
            log.info("stopping")
    log.info("stopped")


def _told_to_stop() -> asyncio.Event:
    """Listened for from the first moment, so that being stopped while starting is an orderly end too."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
