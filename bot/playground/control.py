"""The control API under `/_control/`: acting as a person, looking in, breaking things. No real Slack has it."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aiohttp import web

from bot.playground import faults, snapshot
from bot.playground.acting import Acting, Result
from bot.playground.errors import ClientRefused, NotThere
from bot.playground.http_delivery import HttpDelivery
from bot.playground.json_types import Json
from bot.playground.socket_mode import SocketMode
from bot.playground.state import State
from bot.playground.world import Person, View, Workspace

Act = Callable[[Person, Workspace, Json], Awaitable[Result]]


class Control:
    def __init__(self, state: State, acting: Acting, socket_mode: SocketMode, http: HttpDelivery) -> None:
        self._state = state
        self._acting = acting
        self._socket_mode = socket_mode
        self._http = http
        self._acts: dict[str, Act] = {
            "command": self._command,
            "submit": self._submit,
            "close": self._close,
            "press": self._press,
            "shortcut": self._shortcut,
            "message": self._message,
            "type": self._type,
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/_control/as/{user}/{act}", self.act),
            web.get("/_control/ledger", self.ledger),
            web.get("/_control/state", self.state),
            web.post("/_control/faults", self.add_fault),
            web.delete("/_control/faults", self.clear_faults),
            web.post("/_control/clock", self.move_clock),
            web.post("/_control/reset", self.reset),
            web.post("/_control/sockets", self.sockets),
            web.post("/_control/settings", self.settings),
        ]

    # Acting as a person

    async def act(self, request: web.Request) -> web.Response:
        given = await _body(request)
        try:
            act = self._acts[request.match_info["act"]]
        except KeyError:
            return web.json_response({"error": f"a person can: {', '.join(self._acts)}"}, status=404)
        try:
            person = self._state.world.person(request.match_info["user"], request.query.get("workspace"))
            result = await act(person, self._workspace(person, request.query.get("workspace")), given)
            return web.json_response(result.shown())
        except ClientRefused as refused:
            shown = Result("client_refused", refused.reason, more={"errors": refused.errors}).shown()
            return web.json_response(shown, status=400)
        except NotThere as absent:
            return web.json_response({"error": str(absent)}, status=404)
        except KeyError as missing:
            return web.json_response({"error": f"missing: {missing.args[0]}"}, status=400)

    def _workspace(self, person: Person, team_id: str | None) -> Workspace:
        """Strangers act in the workspace whose channels they share."""
        world = self._state.world
        if team_id is not None and team_id in world.workspaces:
            return world.workspaces[team_id]
        return next(w for w in world.workspaces.values() if person.id in w.people)

    async def _command(self, person: Person, workspace: Workspace, given: Json) -> Result:
        return await self._acting.command(
            person,
            workspace,
            given["channel"],
            given["command"],
            given.get("text", ""),
            wait=given.get("wait", True),
        )

    async def _submit(self, person: Person, workspace: Workspace, given: Json) -> Result:
        return await self._acting.submit(person, self._view(given["view_id"]), given.get("values") or {})

    async def _type(self, person: Person, workspace: Workspace, given: Json) -> Result:
        return await self._acting.type_into(person, self._view(given["view_id"]), given.get("values") or {})

    async def _close(self, person: Person, workspace: Workspace, given: Json) -> Result:
        return await self._acting.close(
            person, self._view(given["view_id"]), whole_stack=given.get("all", False)
        )

    async def _press(self, person: Person, workspace: Workspace, given: Json) -> Result:
        action_id, value, wait = given["action_id"], given.get("value"), given.get("wait", True)
        if "view_id" in given:
            return await self._acting.press_in_view(
                person, self._view(given["view_id"]), action_id, value, wait=wait
            )
        return await self._acting.press_in_message(
            person, workspace, given["channel"], given["ts"], action_id, value, wait=wait
        )

    async def _shortcut(self, person: Person, workspace: Workspace, given: Json) -> Result:
        return await self._acting.shortcut(
            person,
            workspace,
            given["callback_id"],
            given.get("channel"),
            given.get("ts"),
            wait=given.get("wait", True),
        )

    async def _message(self, person: Person, workspace: Workspace, given: Json) -> Result:
        return await self._acting.say(
            person, workspace, given["channel"], given["text"], given.get("thread_ts")
        )

    def _view(self, view_id: str) -> View:
        view = self._state.world.views.get(view_id)
        if view is None:
            raise NotThere(f"no view {view_id} is open")
        return view

    # Looking in

    async def ledger(self, request: web.Request) -> web.Response:
        return web.json_response(self._state.ledger.since(int(request.query.get("since", "0"))))

    async def state(self, request: web.Request) -> web.Response:
        try:
            user = request.query.get("user")
            user_id = self._state.world.person(user).id if user else None
        except NotThere as absent:
            return web.json_response({"error": str(absent)}, status=404)
        seen = snapshot.snapshot(
            self._state, user_id=user_id, with_messages=request.query.get("messages") != "0"
        )
        return web.json_response(seen | {"connections": self._socket_mode.connected})

    # Breaking and moving things

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = faults.parse(await _body(request))
        except ValueError as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        if fault.channel is not None:
            for team_id in self._state.world.workspaces:
                try:
                    fault.channel = self._state.world.channel(fault.channel, team_id).id
                except NotThere:
                    continue
        self._state.faults.add(fault)
        return web.json_response({"ok": True})

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._state.faults.clear()
        return web.json_response({"ok": True})

    async def move_clock(self, request: web.Request) -> web.Response:
        given = await _body(request)
        if "now" in given:
            now = datetime.fromisoformat(given["now"])
            if now.tzinfo is None:
                return web.json_response({"error": "now needs a time zone, such as +00:00"}, status=400)
            self._state.clock.set(now)
        if "advance" in given:
            self._state.clock.advance(timedelta(seconds=float(given["advance"])))
        return web.json_response({"now": self._state.clock.now().isoformat()})

    async def reset(self, request: web.Request) -> web.Response:
        self._state.reset()
        return web.json_response({"ok": True})

    async def sockets(self, request: web.Request) -> web.Response:
        """`{"do": "drop" | "silence" | "speak" | "disconnect", "reason"?}`."""
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
            case _:
                return web.json_response(
                    {"error": "do must be drop, silence, speak or disconnect"}, status=400
                )
        return web.json_response({"ok": True, "connections": self._socket_mode.connected})

    async def settings(self, request: web.Request) -> web.Response:
        """Addresses of the app, times, rate limits."""
        given = await _body(request)
        for name in ("events", "commands", "interactivity", "options"):
            if f"{name}_url" in given:
                setattr(self._http.addresses, name, given[f"{name}_url"])
        for name in ("ack_seconds", "trigger_seconds", "retry_scale"):
            if name in given:
                setattr(self._state, name, float(given[name]))
        if "rate_limits" in given:
            self._state.rate_limits.on = bool(given["rate_limits"])
        return web.json_response({"ok": True})


async def _body(request: web.Request) -> Json:
    text = await request.text()
    decoded = json.loads(text) if text else {}
    if not isinstance(decoded, dict):
        raise web.HTTPBadRequest(text="a JSON object is expected")
    return decoded


@web.middleware
async def only_from_here(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Control calls come from this machine's own pages and programs, not from a site that a browser has open."""
    if request.path.startswith("/_control/"):
        host = urlsplit(f"//{request.host}").hostname
        origin = request.headers.get("Origin")
        if host not in ("127.0.0.1", "localhost", "::1") or (
            origin and urlsplit(origin).netloc != request.host
        ):
            return web.json_response({"error": "control calls are for this machine only"}, status=403)
    return await handler(request)
