"""Posts of the app to a response_url: five times within thirty minutes, to the person or the whole channel."""

import json

from aiohttp import web

from bot.playground import content, messages
from bot.playground.errors import SlackError
from bot.playground.faults import Fault
from bot.playground.json_types import Json
from bot.playground.replies import Exchanges, Reply
from bot.playground.state import State
from bot.playground.world import ResponseUrl

MOST_USES = 5


class ResponseUrls:
    """Faults reach it under the name `response_url`, as the ledger calls it."""

    def __init__(self, state: State, exchanges: Exchanges) -> None:
        self._state = state
        self._exchanges = exchanges

    async def answer(self, request: web.Request) -> web.StreamResponse:
        given = _decoded(await request.read())
        team_id = request.match_info["team_id"]
        url = self._state.world.response_urls.get(request.path)
        fault = self._state.faults.meet("response_url", url.channel_id if url else None, team_id)

        def record(reply: Reply, fault: Fault | None) -> None:
            self._state.ledger.add(
                "call",
                method="response_url",
                team_id=team_id,
                arguments=given,
                status=reply.status,
                answer=reply.text,
                committed=reply.committed,
                **({"fault": fault.kind} if fault else {}),
            )

        return await self._exchanges.answer(request, fault, lambda: self._perform(url, given), record)

    def _perform(self, url: ResponseUrl | None, given: Json | None) -> Reply:
        """Slack answers the bare text `ok`, or why not."""
        if given is None:
            return Reply(None, 400, text="invalid_payload")
        try:
            self._use(url, given)
        except SlackError as error:
            return Reply(None, 404, text=json.dumps(error.answer()))
        return Reply(None, committed=True, text="ok")

    def _use(self, url: ResponseUrl | None, given: Json) -> None:
        if url is None or self._state.clock.seconds() > url.expires:
            raise SlackError("expired_url")
        if url.uses >= MOST_USES:
            raise SlackError("used_url")
        if given.get("delete_original"):
            self._delete_original(url)
        else:
            content.check_message(given, "response_url")
            said = {
                key: given[key] for key in ("text", "blocks", "attachments") if given.get(key) is not None
            }
            if given.get("replace_original"):
                self._replace_original(url, said)
            else:
                self._say(url, given, said)
        url.uses += 1
        self._state.world.notice(user_id=url.user_id)

    def _say(self, url: ResponseUrl, given: Json, said: Json) -> None:
        world = self._state.world
        workspace, channel = world.workspaces[url.team_id], world.channels[url.channel_id]
        if given.get("response_type") == "in_channel":
            author = messages.bot_author(world, workspace)
            thread = given.get("thread_ts") if given.get("thread_ts") in channel.messages else None
            messages.post(world, workspace, channel, author, said, thread_ts=thread)
        else:
            messages.show_ephemeral(world, workspace, channel, url.user_id, said)

    def _replace_original(self, url: ResponseUrl, said: Json) -> None:
        world = self._state.world
        workspace, channel = world.workspaces[url.team_id], world.channels[url.channel_id]
        if url.message_ts in channel.messages:
            replaced = {"blocks": [], "attachments": [], **said}
            messages.change(
                world, workspace, channel, str(url.message_ts), replaced, editor=workspace.bot_user_id
            )
            return
        for ephemeral in workspace.ephemerals:
            if ephemeral["ts"] == url.ephemeral_ts:
                for key in ("text", "blocks", "attachments"):
                    ephemeral.pop(key, None)
                ephemeral.update(said)
                if said.get("blocks"):
                    ephemeral["blocks"] = content.named_blocks(said["blocks"], world.ids)
                return
        self._say(url, {}, said)

    def _delete_original(self, url: ResponseUrl) -> None:
        world = self._state.world
        workspace, channel = world.workspaces[url.team_id], world.channels[url.channel_id]
        if url.message_ts in channel.messages:
            messages.remove(world, workspace, channel, str(url.message_ts))
        workspace.ephemerals = [e for e in workspace.ephemerals if e["ts"] != url.ephemeral_ts]
        world.notice(user_id=url.user_id)


def _decoded(body: bytes) -> Json | None:
    try:
        decoded = json.loads(body)
    except ValueError:
        return None
    return decoded if isinstance(decoded, dict) else None
