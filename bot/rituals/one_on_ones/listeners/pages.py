"""The page of a pair, and what has been."""

from datetime import date

from bot.access.rules import missing
from bot.errors import NotFound, Refusal
from bot.i18n import _
from bot.rituals.one_on_ones import ids, service
from bot.rituals.one_on_ones.models import Pair
from bot.rituals.one_on_ones.views import page
from bot.schedule import service as schedule
from bot.schedule.models import OccurrenceState
from bot.slack.blocks import Payload
from bot.slack.request import Request


async def open_page(request: Request, value: str) -> None:
    request.open_view(await _page(request, value))


async def _page(request: Request, pair_id: object) -> Payload:
    user_id = request.actor.user_id
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=pair_id)
        cadence = await service.cadence_of(session, pair)
        return page.page(
            pair,
            cadence,
            await schedule.next_of(session, cadence=cadence),
            user_id=user_id,
            items=await service.waiting_items(session, pair=pair, viewer_id=user_id),
            promises=await service.open_promises(session, pair=pair),
            now=request.now,
        )


async def show_page(request: Request, pair: Pair) -> None:
    """The page as it is now, where it was pressed; after a command it opens."""
    shown = await _page(request, pair.id)
    if request.in_modal and request.view["callback_id"] == ids.PAGE:
        request.update_view(shown)
    elif request.kind == "command":
        request.open_view(shown)
    request.refresh_home()


async def see_history(request: Request, value: str) -> None:
    """`3`, or `3:2026-11-30` for what was before that day."""
    pair_id, _colon, day = value.partition(":")
    try:
        before = date.fromisoformat(day) if day else None
    except ValueError:
        raise NotFound(missing()) from None
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=pair_id)
        rows, goes_on = await service.history(session, pair=pair, before=before)
    shown = page.history(pair, rows, user_id=request.actor.user_id, goes_on=goes_on)
    if before is not None and request.in_modal:
        request.update_view(shown)
    else:
        request.open_view(shown)


async def see_meeting(request: Request, value: str) -> None:
    async with request.read() as session:
        occurrence, pair = await service.meeting_by_id(session, actor=request.actor, meeting_id=value)
        if occurrence.state == OccurrenceState.DUE:
            raise Refusal(_("You have not met yet."))
        meeting = await service.meeting(session, pair=pair, occurrence=occurrence)
    request.open_view(page.meeting(meeting))
