"""What several listeners of the 1:1 say and ask: both are told, names are looked up."""

import asyncio
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Actor, Viewer
from bot.outbox import service as outbox
from bot.rituals.one_on_ones import service
from bot.rituals.one_on_ones.models import Pair
from bot.slack.blocks import Payload
from bot.slack.request import Request


async def tell_both(session: AsyncSession, pair: Pair, request: Request, said: Payload) -> None:
    """Said where both are; what they press leads to no second message."""
    for recipient in pair.recipients:
        await outbox.post(
            session,
            workspace_id=pair.workspace_id,
            source=f"{service.RITUAL}:told:{pair.id}:{_key(request)}",
            recipient=recipient,
            payload=said,
            now=request.now,
            tell=request.actor.user_id,
        )


def _key(request: Request) -> str:
    """What makes two deliveries of one click the same message."""
    if request.kind == "view_submission":
        return str(request.view["id"])
    return str(request.body.get("trigger_id") or request.now.timestamp())


async def named(request: Request, pairs: Sequence[Pair]) -> list[tuple[str, int]]:
    """The other's name of each pair, for where a mention cannot stand."""
    others = {pair.id: pair.other(request.actor.user_id) for pair in pairs}
    known = await names(request, list(others.values()))
    return [(known.get(other, other), pair_id) for pair_id, other in others.items()]


async def names(request: Request, user_ids: Sequence[str]) -> dict[str, str]:
    return await request.directory.names(
        request.slack, user_ids, workspace_id=request.actor.workspace_id, home=request.workspace.slack_id
    )


async def viewers(request: Request, user_ids: Sequence[str]) -> list[Viewer]:
    """These people with what they can see, which is nothing while Slack does not say."""
    of, home = request.actor.workspace_id, request.workspace.slack_id
    asked = (request.directory.viewer(request.slack, Actor(of, user), home=home) for user in user_ids)
    return await asyncio.gather(*asked)


async def zone(request: Request) -> str:
    person = await request.directory.person(request.slack, request.actor, home=request.workspace.slack_id)
    return person.timezone
