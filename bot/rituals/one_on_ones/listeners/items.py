"""What they bring: on the list, off the list, seen by one or by both."""

import asyncio

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Refusal
from bot.i18n import _
from bot.outbox.service import Message
from bot.records import service as records
from bot.rituals.one_on_ones import jobs, service
from bot.rituals.one_on_ones.listeners import from_records, pages, telling
from bot.rituals.one_on_ones.models import AgendaItem, Pair
from bot.rituals.one_on_ones.service import ItemFields
from bot.rituals.one_on_ones.views import forms, messages
from bot.schedule import service as schedule
from bot.schedule import words
from bot.slack import blocks as b
from bot.slack import text
from bot.slack.blocks import Payload
from bot.slack.forms import read
from bot.slack.request import Request

log = structlog.get_logger()

PERMALINK_SECONDS = 1.0  # of the three that Slack gives an answer


async def add_by_command(request: Request, typed: str) -> None:
    """What was typed goes on the list at once; who has several 1:1s, or typed nothing, gets the form."""
    async with request.read() as session:
        pairs = await service.pairs_of(session, actor=request.actor)
    if not pairs:
        raise _no_pair(typed)
    cut = len(typed) > service.ITEM_CHARACTERS
    if len(pairs) > 1 or not typed or cut:
        named = await telling.named(request, pairs)
        note = forms.cut_words(typed) if cut else ""
        request.open_view(forms.item({"text": typed[: service.ITEM_CHARACTERS]}, {}, pairs=named, note=note))
        return
    async with request.begin() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=pairs[0].id)
        fields = ItemFields(text=typed)
        said = await _add(session, request, pair, fields, link=None)
    await request.ack(**said)
    request.refresh_home()


def _no_pair(typed: str = "") -> Refusal:
    none = _("You have no 1:1 yet. `/one-on-one @person` sets one up, then add to its list.")
    return Refusal(f"{none}\n{text.you_typed(typed)}" if typed else none)


async def open_item(request: Request, value: str) -> None:
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value)
    request.open_view(forms.item({}, {}, pairs=[("", pair.id)]))


async def open_from_message(request: Request) -> None:
    """The shortcut on a message: its beginning as what to talk about, and a link to it."""
    async with request.read() as session:
        pairs = await service.pairs_of(session, actor=request.actor)
    if not pairs:
        raise _no_pair()
    said = text.typed(str(request.message.get("text") or ""))
    place = {"channel": request.channel_id, "ts": request.message.get("ts")}
    values = {"text": text.shortened(said, service.ITEM_CHARACTERS)}
    request.open_view(forms.item(values, place, pairs=await telling.named(request, pairs)))


async def submit_item(request: Request) -> None:
    fields = read(ItemFields, request.view)
    pair_id = request.values.get("pair") or request.ids.get("pair")
    link = await _link(request, await _place(request, pair_id, fields))
    async with request.begin() as session:
        await records.once(session, request)
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=pair_id)
        said = await _add(session, request, pair, fields, link=link)
    await request.ack()
    request.tell(said)
    request.refresh_home()


async def _place(request: Request, pair_id: object, fields: ItemFields) -> Message | None:
    """The message that it comes from, if any."""
    if "record" in request.ids:
        return await from_records.card(request, pair_id, fields)
    channel, ts = request.ids.get("channel"), request.ids.get("ts")
    return Message(str(channel), str(ts)) if channel and ts else None


async def _link(request: Request, place: Message | None) -> str | None:
    """To that message, if Slack gives one."""
    if place is None:
        return None
    try:
        async with asyncio.timeout(PERMALINK_SECONDS):
            found = await request.slack.chat_getPermalink(channel=place.channel_id, message_ts=place.ts)
    except (TimeoutError, SlackClientError, ClientError, OSError) as error:
        log.info("no_permalink", reason=type(error).__name__)
        return None
    return str(found["permalink"])


async def _add(
    session: AsyncSession, request: Request, pair: Pair, fields: ItemFields, *, link: str | None
) -> Payload:
    item = await service.add_item(
        session, actor=request.actor, pair=pair, fields=fields, link=link, now=request.now
    )
    if item.meeting_id is not None:
        meeting, _pair = await service.meeting_by_id(session, actor=request.actor, meeting_id=item.meeting_id)
        await jobs.update_agenda(session, pair=pair, occurrence=meeting, now=request.now)
    cadence = await service.cadence_of(session, pair)
    following = await schedule.next_of(session, cadence=cadence)
    upcoming = words.upcoming(cadence, following, now=request.now)
    return messages.added(item, pair, user_id=request.actor.user_id, following=upcoming)


async def change_item(request: Request, value: str) -> None:
    """On the page: `drop:7`, `share:7`, `hide:7`."""
    what, _colon, item_id = value.partition(":")
    async with request.begin() as session:
        item, pair = await service.item_by_id(session, actor=request.actor, item_id=item_id)
        if what == "drop":
            await _take_off(session, request, item, pair)
        elif item.author_id == request.actor.user_id and item.meeting_id is None:
            item.private = what == "hide"
    await pages.show_page(request, pair)


async def drop_item(request: Request, value: str) -> None:
    async with request.begin() as session:
        item, pair = await service.item_by_id(session, actor=request.actor, item_id=value)
        await _take_off(session, request, item, pair)
    request.tell(b.message(_("It is off the list.")))
    request.refresh_home()


async def _take_off(session: AsyncSession, request: Request, item: AgendaItem, pair: Pair) -> None:
    meeting = await service.take_off(session, actor=request.actor, item=item)
    if meeting is not None:
        await jobs.update_agenda(session, pair=pair, occurrence=meeting, now=request.now)
