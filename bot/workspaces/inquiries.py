"""What Slack is asked for what happens by itself, when no person's request says whose token to use."""

import asyncio
from collections.abc import Sequence

from bot.access.rules import Actor, Viewer
from bot.outbox.service import Message
from bot.slack.clients import Clients
from bot.slack.directory import Directory
from bot.slack.threads import Replies, count_replies
from bot.workspaces.installations import Installation, Installations


class Inquiries:
    """Of any workspace, by its row's id. While Slack does not say, or will not have us any more, the answer is "nothing".

    Raises LookupError where a workspace's token cannot be read.
    """

    def __init__(self, installations: Installations, clients: Clients, directory: Directory) -> None:
        self._installations, self._clients, self._directory = installations, clients, directory

    async def viewers(self, workspace_id: int, user_ids: Sequence[str]) -> dict[str, Viewer]:
        """What these people can see."""
        of = await self._installations.by_id(workspace_id)
        if of is None:
            return {}
        found = await asyncio.gather(*(self._viewer(of, user_id) for user_id in user_ids))
        return {viewer.user_id: viewer for viewer in found}

    async def names(self, workspace_id: int, user_ids: Sequence[str]) -> dict[str, str]:
        """What these people are called; nothing of who is unknown."""
        of = await self._installations.by_id(workspace_id)
        if of is None:
            return {}
        slack = self._clients.bot(of.bot_token)
        return await self._directory.names(slack, user_ids, workspace_id=workspace_id, home=of.slack_id)

    async def replies(self, workspace_id: int, messages: Sequence[Message]) -> Sequence[Replies]:
        """How many replies each of these messages has."""
        of = await self._installations.by_id(workspace_id)
        if of is None:
            return [Replies()] * len(messages)
        slack = self._clients.bot(of.bot_token)
        asked = (count_replies(slack, channel_id=place.channel_id, ts=place.ts) for place in messages)
        return await asyncio.gather(*asked)

    async def _viewer(self, of: Installation, user_id: str) -> Viewer:
        slack = self._clients.bot(of.bot_token)
        return await self._directory.viewer(slack, Actor(of.id, user_id), home=of.slack_id)
