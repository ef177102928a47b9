"""The control API under `/_control/`: acting as people, looking in, breaking things. No real Slack has it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from aiohttp import web

from bot.playground import faults, shapes
from bot.playground.acting import Acting
from bot.playground.acts import Act
from bot.playground.administering import Administering
from bot.playground.answers import Result
from bot.playground.errors import ClientRefusalError, NotThereError, SlackError
from bot.playground.events import Events
from bot.playground.http_delivery import HttpDelivery
from bot.playground.json_types import Json
from bot.playground.snapshot import Window, snapshot
from bot.playground.socket_mode import SocketMode
from bot.playground.state import State
from bot.playground.world import Actor, Workspace

Answerer = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")


class Control:
    def __init__(  # every part of the server can be reached from here
        self,
        state: State,
        *,
        acts: Mapping[str, Act],
        acting: Acting,
        administering: Administering,
        events: Events,
        socket_mode: SocketMode,
        http: HttpDelivery,
        next_due: Callable[[], Awaitable[datetime | None]] | None = None,
        on_move: Callable[[], None] = lambda: None,
    ) -> None:
        self._state = state
        self._acts = acts
        self._acting = acting
        self._administering = administering
        self._events = events
        self._socket_mode = socket_mode
        self._http = http
        self._next_due = next_due
        self._on_move = on_move

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/_control/as/{user}/{act}", self.act),
            web.get("/_control/ledger", self.ledger),
            web.get("/_control/state", self.state),
            web.get("/_control/files/{file}", self.file),
            web.get("/_control/faults", self.faults),
            web.post("/_control/faults", self.add_fault),
            web.delete("/_control/faults", self.clear_faults),
            web.post("/_control/clock", self.move_clock),
            web.post("/_control/reset", self.reset),
            web.post("/_control/sockets", self.sockets),
            web.post("/_control/settings", self.settings),
            web.post("/_control/channels", self.add_channel),
            web.post("/_control/channels/{channel}", self.change_channel),
            web.post("/_control/users", self.add_person),
            web.post("/_control/users/{user}", self.change_person),
            web.post("/_control/app/{change}", self.change_app),
            web.post("/_control/events", self.send_event),
            web.post("/_control/replay", self.replay),
        ]

    # Acting as a person

    async def act(self, request: web.Request) -> web.Response:
        act = self._acts.get(request.match_info["act"])
        if act is None:
            raise NotThereError(f"a person can: {', '.join(self._acts)}")
        result = await act(self._actor(request), await _body(request))
        return web.json_response(result.shown())

    def _actor(self, request: web.Request) -> Actor:
        """Who acts, and where: strangers act in the workspace whose channels they share."""
        world = self._state.world
        person = world.person(request.match_info["user"], request.query.get("workspace"))
        if person.deactivated or person.role == "bot":
            raise ClientRefusalError(f"{person.name} cannot sign in")
        workspace = world.workspaces.get(request.query.get("workspace", ""))
        return Actor(person, workspace or next(w for w in world.workspaces.values() if person.id in w.people))

    def _workspace(self, request: web.Request) -> Workspace:
        workspaces = self._state.world.workspaces
        wanted = request.query.get("workspace")
        if wanted is None:
            return next(iter(workspaces.values()))
        if wanted not in workspaces:
            raise NotThereError(f"there is no workspace {wanted}")
        return workspaces[wanted]

    # Looking in

    async def ledger(self, request: web.Request) -> web.Response:
        return web.json_response(self._state.ledger.since(int(request.query.get("since") or 0)))

    async def state(self, request: web.Request) -> web.Response:
        """`user`: as this person sees it. `messages=0`: none of them; or of one `channel` the newest `limit`, or those `around` one, and all of `thread`."""
        query = request.query
        user = query.get("user")
        if wanted := query.get("channel"):
            window = Window(wanted, int(query.get("limit") or 100), query.get("around"), query.get("thread"))
        else:
            window = None
        seen = snapshot(
            self._state,
            user_id=self._state.world.person(user).id if user else None,
            with_messages=query.get("messages") != "0",
            window=window,
        )
        return web.json_response(
            seen | {"connections": self._socket_mode.connected, "events_url": self._http.addresses.events}
        )

    async def file(self, request: web.Request) -> web.Response:
        """Its bytes, for a person to save: never shown as a page of this address."""
        file = self._state.world.files.get(request.match_info["file"])
        content = self._state.world.file_contents.get(request.match_info["file"])
        if file is None or content is None:
            raise NotThereError("there is no such file")
        named = quote(file["name"], safe="")
        return web.Response(
            body=content,
            content_type=file["mimetype"],
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{named}"},
        )

    # Breaking and moving things

    async def faults(self, request: web.Request) -> web.Response:
        return web.json_response([fault.shown() for fault in self._state.faults.waiting])

    async def add_fault(self, request: web.Request) -> web.Response:
        fault = faults.parse(await _body(request))
        if fault.channel is not None:
            fault.channel = self._state.world.channel_anywhere(fault.channel).id
        self._state.faults.add(fault)
        return web.json_response({"ok": True})

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._state.faults.clear()
        return web.json_response({"ok": True})

    async def move_clock(self, request: web.Request) -> web.Response:
        """`{"now": ISO with a zone}`, `{"advance": seconds}`, or both; `{"to": "next"}`: to what the app does next."""
        given = await _body(request)
        clock = self._state.clock
        if "now" in given:
            now = datetime.fromisoformat(given["now"])
            if now.tzinfo is None:
                raise ValueError("now needs a time zone, such as +00:00")
            clock.set(now)
        if "advance" in given:
            clock.advance(timedelta(seconds=float(given["advance"])))
        if given.get("to") == "next":
            due = await self._next_due() if self._next_due else None
            if due is None:
                raise NotThereError("nothing is due")
            clock.set(max(due, clock.now()))
        self._on_move()
        return web.json_response({"now": clock.now().isoformat()})

    async def reset(self, request: web.Request) -> web.Response:
        self._state.reset()
        self._on_move()
        return web.json_response({"ok": True})

    async def sockets(self, request: web.Request) -> web.Response:
        """`{"do": "drop" | "silence" | "speak" | "disconnect" | "expire", "reason"?, "times"?}`."""
        given = await _body(request)
        match given.get("do"):
            case "drop":
                self._socket_mode.drop()
            case "silence":
                self._socket_mode.silence()
            case "speak":
                self._socket_mode.silence(on=False)
            case "disconnect":
                await self._socket_mode.disconnect(given.get("reason", "refresh_requested"))
            case "expire":
                self._socket_mode.expire(int(given.get("times", 1)))
            case _:
                raise ValueError("do must be drop, silence, speak, disconnect or expire")
        return web.json_response({"ok": True, "connections": self._socket_mode.connected})

    async def settings(self, request: web.Request) -> web.Response:
        """`events_url` and its like, `ack_seconds`, `trigger_seconds`, `retry_scale`, `rate_limits`."""
        given = await _body(request)
        for name, value in given.items():
            if name in ("events_url", "commands_url", "interactivity_url", "options_url"):
                setattr(self._http.addresses, name.removesuffix("_url"), value)
            elif name in ("ack_seconds", "trigger_seconds", "retry_scale"):
                setattr(self._state, name, float(value))
            elif name == "rate_limits":
                self._state.rate_limits.on = bool(value)
            else:
                raise ValueError(f"there is no setting {name}")
        return web.json_response({"ok": True})

    # What admins do

    async def add_channel(self, request: web.Request) -> web.Response:
        """As in a seed: `name`, `members`, `private`, `bot`, …."""
        workspace = self._workspace(request)
        channel = self._administering.add_channel(workspace, await _body(request))
        return web.json_response(shapes.conversation(channel, workspace))

    async def change_channel(self, request: web.Request) -> web.Response:
        result = await self._administering.channel(
            self._workspace(request), request.match_info["channel"], await _body(request)
        )
        return web.json_response(result.shown())

    async def add_person(self, request: web.Request) -> web.Response:
        workspace = self._workspace(request)
        person = self._administering.add_person(workspace, await _body(request))
        return web.json_response(shapes.user(person, workspace, self._state.clock))

    async def change_person(self, request: web.Request) -> web.Response:
        workspace = self._workspace(request)
        person = self._state.world.person(request.match_info["user"], request.query.get("workspace"))
        result = await self._administering.person(workspace, person, await _body(request))
        return web.json_response(result.shown())

    async def change_app(self, request: web.Request) -> web.Response:
        """`uninstall`, `revoke` (the token alone), or `install {scopes?}` again."""
        workspace = self._workspace(request)
        match request.match_info["change"]:
            case "uninstall":
                result = await self._administering.uninstall(workspace)
            case "revoke":
                result = await self._administering.revoke(workspace)
            case "install":
                self._administering.install(workspace, (await _body(request)).get("scopes"))
                result = Result("not_dispatched")
            case change:
                raise NotThereError(f"an app can be installed, uninstalled or revoked, not {change}")
        return web.json_response(result.shown())

    # Sending the app what Slack might send it

    async def send_event(self, request: web.Request) -> web.Response:
        """`{"event": …}` goes out whatever the manifest says; `event_id` and `event_time` may be given too."""
        given = await _body(request)
        envelope = self._events.envelope(self._workspace(request), given["event"])
        envelope |= {key: given[key] for key in ("event_id", "event_time") if key in given}
        answer = await self._events.deliver(envelope)
        return web.json_response(Result(answer.status, answer.body, answer.ms).shown())

    async def replay(self, request: web.Request) -> web.Response:
        """Sends a request of the ledger again, `times` at once: a double click, a retry of Slack."""
        given = await _body(request)
        entry = self._state.ledger.find(given["seq"])
        if entry is None or entry["kind"] != "request":
            raise NotThereError(f"{given['seq']} is no request of the ledger")
        sent = [self._acting.send(entry["type"], entry["payload"]) for _ in range(given.get("times", 1))]
        repeated = [Result(a.status, a.body, a.ms).shown() for a in await asyncio.gather(*sent)]
        return web.json_response(repeated)


async def _body(request: web.Request) -> Json:
    text = await request.text()
    decoded = json.loads(text) if text else {}
    if not isinstance(decoded, dict):
        raise ValueError("a JSON object is expected")  # noqa: TRY004 - the caller's mistake, not the program's
    return decoded


@web.middleware
async def guarded(request: web.Request, handler: Answerer) -> web.StreamResponse:
    """Control calls, and the page, are for this machine's own browser and programs, not for a site that it has open.

    What such a call got wrong is told in words.
    """
    if not (request.path == "/" or request.path.startswith(("/_control/", "/web/"))):
        return await handler(request)
    origin = request.headers.get("Origin")
    if urlsplit(f"//{request.host}").hostname not in LOCAL_NAMES or (
        origin is not None and urlsplit(origin).netloc != request.host
    ):
        return web.json_response({"error": "control calls are for this machine only"}, status=403)
    try:
        return await handler(request)
    except (ClientRefusalError, SlackError, NotThereError, KeyError, ValueError) as wrong:
        return _told(wrong)


def _told(wrong: Exception) -> web.Response:
    match wrong:
        case ClientRefusalError():
            refused = Result("client_refused", wrong.reason, more={"errors": wrong.errors})
            return web.json_response(refused.shown(), status=400)
        case SlackError():
            return web.json_response(Result("client_refused", wrong.error).shown(), status=400)
        case NotThereError():
            return web.json_response({"error": str(wrong)}, status=404)
        case KeyError():
            return web.json_response({"error": f"missing: {wrong.args[0]}"}, status=400)
        case _:
            return web.json_response({"error": str(wrong)}, status=400)
