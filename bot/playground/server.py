"""The running local Slack: one aiohttp server, to be started alone, by `demo`, or inside a test."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.playground import browser
from bot.playground import seed as seeds
from bot.playground.acting import Acting
from bot.playground.acts import Acts
from bot.playground.administering import Administering
from bot.playground.app_link import AppAnswer, RequestKind, Retry
from bot.playground.control import Control, guarded
from bot.playground.conversing import Conversing
from bot.playground.events import Events
from bot.playground.http_delivery import Addresses, HttpDelivery
from bot.playground.json_types import Json
from bot.playground.oauth import Consent
from bot.playground.replies import Exchanges
from bot.playground.response_urls import ResponseUrls
from bot.playground.socket_mode import SocketMode
from bot.playground.state import State
from bot.playground.uploads import Uploads
from bot.playground.web_api import WebApi
from bot.playground.world import Channel, Workspace

MOST_BYTES_A_REQUEST = 64 * 1024 * 1024


class _ToApp:
    """Socket Mode while the app is connected, else its HTTP address."""

    def __init__(self, socket_mode: SocketMode, http: HttpDelivery) -> None:
        self._socket_mode = socket_mode
        self._http = http

    async def send(self, kind: RequestKind, payload: Json, retry: Retry | None = None) -> AppAnswer:
        link = self._socket_mode if self._socket_mode.connected else self._http
        return await link.send(kind, payload, retry)


class LocalSlack:
    """`async with LocalSlack() as slack:` serves until the block is left; port 0 takes a free one.

    `next_due`: when the app will next do something by itself, for whoever wants to jump there. `on_move`: the clock
    was moved.
    """

    def __init__(
        self,
        seed: Path | Mapping[str, object] | None = None,
        *,
        manifest: Path | Json | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        addresses: Addresses | None = None,
        ledger_limit: int | None = None,
        next_due: Callable[[], Awaitable[datetime | None]] | None = None,
        on_move: Callable[[], None] = lambda: None,
    ) -> None:
        self._seed = seeds.load(seed, manifest)
        self._host = host
        self._port = port
        self.addresses = addresses or Addresses()
        self._ledger_limit = ledger_limit
        self._next_due = next_due
        self._on_move = on_move
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        changes = browser.Changes()
        app = web.Application(client_max_size=MOST_BYTES_A_REQUEST, middlewares=[guarded, changes.watch])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        self.state = State(self._seed, url="", ledger_limit=self._ledger_limit, on_entry=changes.tell)
        self._build(app)
        app.router.add_routes(browser.routes(changes))
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        port = self._runner.addresses[0][1]
        self.url = f"http://{self._host}:{port}"
        self.state.move_to(self.url)
        await self._http.start()

    def _build(self, app: web.Application) -> None:
        state = self.state
        self.socket_mode = SocketMode(state)
        self._http = HttpDelivery(state, self.addresses)
        self._events = Events(state, link := _ToApp(self.socket_mode, self._http))
        self._exchanges = Exchanges(state.clock)
        acting, conversing = Acting(state, link), Conversing(state, self._events)
        control = Control(
            state,
            acts=Acts(state, acting, conversing).table(),
            acting=acting,
            administering=Administering(state, conversing),
            events=self._events,
            socket_mode=self.socket_mode,
            http=self._http,
            next_due=self._next_due,
            on_move=self._on_move,
        )
        state.world.doors.on_event = self._on_event
        state.world.doors.new_socket_url = self.socket_mode.new_url
        app.router.add_route("*", "/api/{method}", WebApi(state, self._exchanges).answer)
        app.router.add_get("/oauth/v2/authorize", Consent(state).answer)
        app.router.add_get("/link/", self.socket_mode.connect)
        app.router.add_post(
            "/response/{team_id}/{number}/{secret}", ResponseUrls(state, self._exchanges).answer
        )
        app.router.add_routes(Uploads(state).routes())
        app.router.add_routes(control.routes())

    def _on_event(self, workspace: Workspace, event: Json, channel: Channel | None) -> None:
        if self.socket_mode.connected or self._http.addresses.events:
            self._events.push(workspace, event, channel)

    async def stop(self) -> None:
        await self._exchanges.stop()
        await self._events.stop()
        await self.socket_mode.stop()
        await self._http.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        return self._seed.bot_tokens[0]

    @property
    def app_token(self) -> str:
        return self._seed.app_token

    @property
    def signing_secret(self) -> str:
        return self._seed.signing_secret

    @property
    def team_id(self) -> str:
        return next(iter(self.state.world.workspaces))

    def described(self) -> Json:
        """What an app and its tests need to know to connect; the first workspace also stands on top."""
        workspaces = [
            {
                "team_id": workspace.id,
                "name": workspace.name,
                "bot_token": workspace.bot_token,
                "bot_user_id": workspace.bot_user_id,
                "bot_id": workspace.bot_id,
                "channels": {c.name: c.id for c in workspace.channels.values()},
                "users": {p.name: p.id for p in workspace.people.values()},
            }
            for workspace in self.state.world.workspaces.values()
        ]
        return {
            "url": self.url,
            "api_url": self.api_url,
            "app_token": self.app_token,
            "signing_secret": self.signing_secret,
            "app_id": self._seed.app_id,
            "client_id": self._seed.client_id,
            "client_secret": self._seed.client_secret,
            **workspaces[0],
            "workspaces": workspaces,
        }
