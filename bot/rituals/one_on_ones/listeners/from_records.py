"""A decision, a problem, a win as something to talk about; to who may not see it, its title is not told."""

from collections.abc import Sequence

from bot.errors import FieldRefusal
from bot.outbox import service as outbox
from bot.outbox.service import Message
from bot.records import service as records
from bot.records.models import Record
from bot.rituals.one_on_ones import service
from bot.rituals.one_on_ones.listeners import telling
from bot.rituals.one_on_ones.models import Pair
from bot.rituals.one_on_ones.service import ITEM_CHARACTERS, ItemFields
from bot.rituals.one_on_ones.views import forms, page
from bot.slack import text
from bot.slack.request import Request


async def open_from_record(request: Request, value: str) -> None:
    """The button on a record's page."""
    viewer = await request.see()
    async with request.read() as session:
        record = await records.any_by_id(session, viewer=viewer, record_id=value)
        pairs = await service.pairs_of(session, actor=request.actor)
    if not pairs:
        request.open_view(page.no_pair(record))
        return
    blind = await _blind(request, record, pairs)
    said = record.name if blind else f"{record.name} {record.title}"
    request.open_view(
        forms.item(
            {"text": text.shortened(said, ITEM_CHARACTERS)},
            {"record": record.id},
            pairs=await telling.named(request, pairs),
            note=forms.not_seen_words(record, blind) if blind else "",
        )
    )


async def card(request: Request, pair_id: object, fields: ItemFields) -> Message | None:
    """Where the record's card is, for a link; none for a pair of whom one cannot see it.

    Raises:
        FieldRefusal: the other one would learn its title, which they may not see.
    """
    viewer = await request.see()
    async with request.read() as session:
        record = await records.any_by_id(session, viewer=viewer, record_id=request.ids["record"])
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=pair_id)
        place = None
        if record.card_id is not None:
            place = await outbox.message_of(
                session, workspace_id=viewer.workspace_id, delivery_id=record.card_id
            )
    blind = await _blind(request, record, [pair])
    if not blind:
        return place
    if record.title.casefold() in fields.text.casefold():
        names = await telling.names(request, blind)
        who = names.get(blind[0], blind[0])
        raise FieldRefusal({"text": forms.title_told_words(record, who)})
    return None


async def _blind(request: Request, record: Record, pairs: Sequence[Pair]) -> list[str]:
    """Those of the others who cannot see the record; nor can, for now, whom Slack says nothing about."""
    others = [pair.other(request.actor.user_id) for pair in pairs]
    viewers = await telling.viewers(request, others)
    return [viewer.user_id for viewer in viewers if not viewer.sees(record.channel_id)]
