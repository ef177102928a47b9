"""Posts of the app to a response_url: five times within thirty minutes, to the person or the whole channel."""

import json

from aiohttp import web

from bot.playground import content, messages
from bot.playground.errors import SlackError
from bot.playground.json_types import Json
from bot.playground.state import State
from bot.playground.world import ResponseUrl

MOST_USES = 5


class ResponseUrls:
    def __init__(self, state: State) -> None:
        self._state = state

    async def answer(self, request: web.Request) -> web.Response:
        """Slack answers the bare text `ok`, or 404 with why not."""
        given: Json = {}
        try:
            decoded = json.loads(await request.read())
            given = decoded if isinstance(decoded, dict) else {}
            committed = self._use(request.path, given)
            body, status = "ok", 200
        except ValueError:
            committed, body, status = False, "invalid_payload", 400
        except SlackError as error:
            committed, body, status = False, json.dumps(error.answer()), 404
        self._state.ledger.add(
            "call",
            method="response_url",
            team_id=request.match_info["team_id"],
            token="none",  # noqa: S106 - the kind of token, not one
            arguments=given,
            status=status,
            answer=body,
            committed=committed,
        )
        return web.Response(text=body, status=status)

    def _use(self, path: str, given: Json) -> bool:
        url = self._state.world.response_urls.get(path)
        if url is None or self._state.clock.seconds() > url.expires:
            raise SlackError("expired_url")
        if url.uses >= MOST_USES:
            raise SlackError("used_url")
        url.uses += 1
        if given.get("delete_original"):
            self._delete_original(url)
            return True
        content.check_message(given, "response_url")
        said = {key: given[key] for key in ("text", "blocks", "attachments") if given.get(key) is not None}
        if given.get("replace_original"):
            self._replace_original(url, said)
        else:
            self._say(url, given, said)
        self._state.world.notice(user_id=url.user_id)
        return True

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
                content.name_blocks(ephemeral.get("blocks", []), world.ids)
                return
        self._say(url, {}, said)

    def _delete_original(self, url: ResponseUrl) -> None:
        world = self._state.world
        workspace, channel = world.workspaces[url.team_id], world.channels[url.channel_id]
        if url.message_ts in channel.messages:
            messages.remove(world, workspace, channel, str(url.message_ts))
        workspace.ephemerals = [e for e in workspace.ephemerals if e["ts"] != url.ephemeral_ts]
        world.notice(user_id=url.user_id)
