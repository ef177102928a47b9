"""The Web API: who calls, may they, does a fault stand in the way; then the method, the answer and the ledger."""

import asyncio
import json
import socket
import struct
from collections.abc import Coroutine
from dataclasses import dataclass, field

from aiohttp import web

from bot.playground.arguments import read_arguments, take_token, unfold
from bot.playground.call import Call, Method, missing_scope
from bot.playground.errors import SlackError
from bot.playground.faults import Fault
from bot.playground.json_types import Json
from bot.playground.methods import METHODS
from bot.playground.state import State
from bot.playground.world import Workspace

CLIENT_GONE_CHECK_SECONDS = 0.05


@dataclass(slots=True)
class Asked:
    """A call as it came in; `refusal` is set when it could not even be read."""

    method: str
    args: Json
    token: str | None
    workspace: Workspace | None
    refusal: SlackError | None = None

    @property
    def token_kind(self) -> str:
        if self.token is None:
            return "none"
        return {"xoxb": "bot", "xapp": "app", "xoxp": "user"}.get(self.token[:4], "other")


@dataclass(slots=True)
class Reply:
    body: Json | None
    status: int = 200
    committed: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    rule: str | None = None
    source: str | None = None


class WebApi:
    def __init__(self, state: State) -> None:
        self._state = state
        self._late: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    async def stop(self) -> None:
        self._closing.set()
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        asked = await self._read(request)
        faults = self._state.faults
        if faults.waiting:
            team_id = asked.workspace.id if asked.workspace else None
            fault = faults.meet(asked.method, self._channel_id(asked), team_id)
            if fault is not None:
                return await self._with_fault(request, asked, fault)
        return _response(self._perform_and_record(asked))

    async def _read(self, request: web.Request) -> Asked:
        method = request.match_info["method"]
        try:
            args = await read_arguments(request)
        except SlackError as refusal:
            return Asked(method, {}, take_token(request, {}), None, refusal)
        token = take_token(request, args)
        asked = Asked(method, args, token, self._state.world.by_bot_token.get(token or ""))
        try:
            unfold(args)
        except SlackError as refusal:
            asked.refusal = refusal
        return asked

    def _channel_id(self, asked: Asked) -> str | None:
        """The conversation a fault may be bound to: a person's id stands for the direct messages with them."""
        wanted = asked.args.get("channel") or asked.args.get("channel_id")
        if asked.workspace is not None and wanted in asked.workspace.people:
            direct = asked.workspace.direct_message(wanted)
            return direct.id if direct else None
        return wanted

    def _perform_and_record(self, asked: Asked, fault: Fault | None = None) -> Reply:
        reply = self._perform(asked)
        self._record(asked, reply, fault)
        return reply

    def _record(self, asked: Asked, reply: Reply, fault: Fault | None = None) -> None:
        facts: Json = {}
        if reply.rule:
            facts |= {"rule": reply.rule, "source": reply.source}
        if fault is not None:
            facts["fault"] = fault.kind
        self._state.ledger.add(
            "call",
            method=asked.method,
            team_id=asked.workspace.id if asked.workspace else None,
            token=asked.token_kind,
            arguments=asked.args,
            status=reply.status,
            answer=reply.body,
            committed=reply.committed,
            **facts,
        )

    def _perform(self, asked: Asked) -> Reply:
        try:
            return self._run(asked)
        except SlackError as error:
            return Reply(error.answer(), rule=error.rule, source=error.source)

    def _run(self, asked: Asked) -> Reply:
        if asked.refusal is not None:
            raise asked.refusal
        method = METHODS.get(asked.method)
        if method is None:
            raise SlackError("unknown_method", req_method=asked.method)
        workspace = self._caller(asked, method)
        wait = self._rate_limited(asked, method, workspace)
        if wait is not None:
            return Reply({"ok": False, "error": "ratelimited"}, 429, headers={"Retry-After": str(wait)})
        answer = {"ok": True, **method.run(Call(self._state.world, workspace, asked.method, asked.args))}
        headers = {"X-OAuth-Scopes": workspace.scopes_text()} if asked.workspace else {}
        return Reply(answer, committed=method.writes and answer["ok"], headers=headers)

    def _caller(self, asked: Asked, method: Method) -> Workspace:
        """The workspace that may call this method now; raises what Slack answers to everybody else."""
        some_workspace = next(iter(self._state.world.workspaces.values()))
        if method.caller == "anyone":
            return asked.workspace or some_workspace
        if not asked.token:
            raise SlackError("not_authed")
        if method.caller == "app":
            if asked.token != self._state.seed.app_token:
                raise SlackError("not_allowed_token_type" if asked.workspace else "invalid_auth")
            return some_workspace
        workspace = asked.workspace
        if workspace is None:
            is_app_token = asked.token == self._state.seed.app_token
            raise SlackError("not_allowed_token_type" if is_app_token else "invalid_auth")
        if not workspace.installed:
            raise SlackError("account_inactive")
        if workspace.token_revoked:
            raise SlackError("token_revoked")
        if method.scopes and workspace.scopes.isdisjoint(method.scopes):
            raise missing_scope(",".join(method.scopes), workspace)
        return workspace

    def _rate_limited(self, asked: Asked, method: Method, workspace: Workspace) -> int | None:
        return self._state.rate_limits.retry_after(
            workspace=workspace.id,
            method=asked.method,
            tier=method.tier,
            channel=self._channel_id(asked),
            now=self._state.clock.monotonic(),
        )

    async def _with_fault(self, request: web.Request, asked: Asked, fault: Fault) -> web.StreamResponse:
        if fault.kind == "latency":
            await asyncio.sleep(fault.seconds(1.0))
            return _response(self._perform_and_record(asked, fault))
        if fault.kind in ("error", "http"):
            refused = _refused(fault)
            self._record(asked, refused, fault)
            return _response(refused)
        if fault.kind == "late_commit":
            self._start(self._commit_late(asked, fault))
        elif fault.kind == "hang":
            self._record(asked, Reply(None, status=0), fault)
        else:
            done = self._perform_and_record(asked, fault)
            if fault.kind == "error_after_commit":
                return _response(Reply({"ok": False, "error": str(fault.value or "internal_error")}))
            _drop(request, reset=fault.value == "rst")
            return _response(done)
        await self._until_client_leaves(request, _seconds_until_drop(fault))
        return _response(Reply(None))

    async def _commit_late(self, asked: Asked, fault: Fault) -> None:
        await asyncio.sleep(fault.seconds(8.0))
        self._perform_and_record(asked, fault)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _until_client_leaves(self, request: web.Request, drop_after: float | None) -> None:
        """Holds the connection without a word until the other side gives up, or cuts it after `drop_after` seconds."""
        started = self._state.clock.monotonic()
        while (
            request.transport is not None
            and not request.transport.is_closing()
            and not self._closing.is_set()
        ):
            if drop_after is not None and self._state.clock.monotonic() - started >= drop_after:
                break
            await asyncio.sleep(CLIENT_GONE_CHECK_SECONDS)
        _drop(request, reset=False)


def _refused(fault: Fault) -> Reply:
    """What a fault answers in the place of the method."""
    if fault.kind == "error":
        return Reply({"ok": False, "error": str(fault.value or "internal_error")})
    asked: Json = fault.value if isinstance(fault.value, dict) else {"status": fault.value or 500}
    status = int(asked["status"])
    if status == 429:
        headers = {"Retry-After": str(asked.get("retry_after", 1))}
        return Reply({"ok": False, "error": "ratelimited"}, 429, headers=headers)
    return Reply(None, status)


def _seconds_until_drop(fault: Fault) -> float | None:
    value = fault.value
    return float(value["drop_after"]) if isinstance(value, dict) and "drop_after" in value else None


def _drop(request: web.Request, *, reset: bool) -> None:
    """Ends the connection without an answer: politely (FIN), or as a crashed machine would (RST)."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()


def _response(reply: Reply) -> web.Response:
    if reply.body is None:
        return web.Response(status=reply.status, text="", headers=reply.headers)
    return web.Response(
        status=reply.status,
        body=json.dumps(reply.body).encode(),
        content_type="application/json",
        headers=reply.headers,
    )
