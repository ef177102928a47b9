"""The Web API: who calls, may they, how fast; then the method, the answer and the ledger."""

import sys
from dataclasses import dataclass

from aiohttp import web

from bot.playground.arguments import read_arguments, take_credentials, take_token, unfold, without_secrets
from bot.playground.call import Call, Method, missing_scope
from bot.playground.errors import SlackError
from bot.playground.faults import Fault
from bot.playground.json_types import Json
from bot.playground.methods import METHODS
from bot.playground.methods.forms import FORM_ONLY
from bot.playground.replies import Exchanges, Reply
from bot.playground.state import State
from bot.playground.world import Workspace

CARRY_SECRETS = ("oauth.v2.access", "oauth.v2.exchange", "apps.uninstall")
FAR = sys.maxsize
TOKEN_KINDS = {"xoxb": "bot", "xoxe": "bot", "xapp": "app", "xoxp": "user"}


@dataclass(slots=True)
class Asked:
    """A call as it came in; `refusal` is set when it could not even be read."""

    method: str
    args: Json
    token: str | None
    workspace: Workspace | None
    refusal: SlackError | None = None


class WebApi:
    def __init__(self, state: State, exchanges: Exchanges) -> None:
        self._state = state
        self._exchanges = exchanges

    async def answer(self, request: web.Request) -> web.StreamResponse:
        began = self._state.clock.monotonic()
        asked = await self._read(request)
        fault = None
        if self._state.faults.waiting:
            team_id = asked.workspace.id if asked.workspace else None
            fault = self._state.faults.meet(asked.method, self._channel_id(asked), team_id)

        def record(reply: Reply, fault: Fault | None) -> None:
            self._record(asked, reply, fault, ms=(self._state.clock.monotonic() - began) * 1000)

        return await self._exchanges.answer(request, fault, lambda: self._perform(asked), record)

    async def _read(self, request: web.Request) -> Asked:
        method = request.match_info["method"]
        try:
            args = await read_arguments(request, takes_json=method not in FORM_ONLY)
        except SlackError as refusal:
            return Asked(method, {}, take_token(request, {}), None, refusal)
        token = take_token(request, args)
        if method in CARRY_SECRETS:
            take_credentials(request, args)
        asked = Asked(method, args, token, self._state.world.by_bot_token.get(token or ""))
        try:
            unfold(args)
        except SlackError as refusal:
            asked.refusal = refusal
        return asked

    def _channel_id(self, asked: Asked) -> str | None:
        """The conversation a call is about: a person's id stands for the direct messages with them."""
        wanted = asked.args.get("channel") or asked.args.get("channel_id")
        if asked.workspace is not None and wanted in asked.workspace.people:
            direct = asked.workspace.direct_message((wanted, asked.workspace.bot_user_id))
            return direct.id if direct else wanted
        return wanted

    def _record(self, asked: Asked, reply: Reply, fault: Fault | None, *, ms: float) -> None:
        facts: Json = {}
        if reply.rule:
            facts |= {"rule": reply.rule, "source": reply.source}
        if fault is not None:
            facts["fault"] = fault.kind
        secret = asked.method in CARRY_SECRETS
        self._state.ledger.add(
            "call",
            method=asked.method,
            team_id=asked.workspace.id if asked.workspace else None,
            token=TOKEN_KINDS.get(asked.token[:4], "other") if asked.token else "none",
            arguments=without_secrets(asked.args) if secret else asked.args,
            status=reply.status,
            answer=without_secrets(reply.body) if secret and reply.body else reply.body,
            committed=reply.committed,
            ms=round(ms, 2),
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
        headers = {"X-OAuth-Scopes": workspace.scopes_text} if asked.workspace else {}
        return Reply(answer, committed=method.writes and answer["ok"], headers=headers)

    def _caller(self, asked: Asked, method: Method) -> Workspace:
        """The workspace that may call this method now; raises what Slack answers to everybody else."""
        some_workspace = next(iter(self._state.world.workspaces.values()))
        if method.caller == "anyone":
            return asked.workspace or some_workspace
        if not asked.token:
            raise SlackError("not_authed")
        is_app_token = asked.token == self._state.seed.app_token
        workspace = some_workspace if is_app_token else asked.workspace
        if workspace is None:
            raise SlackError("invalid_auth")
        if is_app_token != (method.caller == "app"):
            raise SlackError("not_allowed_token_type")
        if is_app_token:
            return workspace
        if not workspace.installed:
            raise SlackError("account_inactive")
        if workspace.token_revoked:
            raise SlackError("token_revoked")
        if self._state.clock.seconds() >= self._state.world.token_expires.get(asked.token, FAR):
            raise SlackError("token_expired")
        if method.scopes and workspace.scopes.isdisjoint(method.scopes):
            raise missing_scope(",".join(method.scopes), workspace)
        return workspace

    def _rate_limited(self, asked: Asked, method: Method, workspace: Workspace) -> int | None:
        """Seconds to wait, or None."""
        return self._state.rate_limits.retry_after(
            workspace=workspace.id,
            method=asked.method,
            tier=method.tier,
            channel=self._channel_id(asked),
            now=self._state.clock.monotonic(),
        )
