"""This one out, or at another time; all of it at rest, or at its end. Both are told."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Refusal
from bot.i18n import _
from bot.records import service as records
from bot.rituals.one_on_ones import service
from bot.rituals.one_on_ones.listeners import pages, setting_up, telling
from bot.rituals.one_on_ones.models import Pair
from bot.rituals.one_on_ones.views import forms, messages, page
from bot.schedule import service as schedule
from bot.schedule import words
from bot.schedule.fields import MoveFields, PauseFields
from bot.schedule.forms import OCCURRENCE
from bot.schedule.models import Occurrence, OccurrenceState
from bot.slack import blocks as b
from bot.slack.forms import read
from bot.slack.request import Request

Verb = Callable[[Request, str], Awaitable[None]]
"""What one does to a 1:1, named by its id."""


async def manage(request: Request, value: str) -> None:
    """The page's menu: `skip:3`, `move:3`, `pause:3`, `settings:3`, `end:3`."""
    what, _colon, pair_id = value.partition(":")
    await VERBS.get(what, pages.open_page)(request, pair_id)


async def skip(request: Request, value: str) -> None:
    """The next one is left out; the other one is told."""
    async with request.begin() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value, lock=True)
        occurrence = await service.next_meeting(session, pair=pair)
        if occurrence is None:
            raise Refusal(_("Nothing comes up that could be left out."))
        await leave_out(session, request, pair, occurrence)
    await pages.show_page(request, pair)


async def leave_out(session: AsyncSession, request: Request, pair: Pair, occurrence: Occurrence) -> None:
    why = messages.skipped_words(request.actor.user_id)
    following = await schedule.skip(session, occurrence=occurrence, why=why, now=request.now)
    upcoming = words.upcoming(occurrence.cadence, following, now=request.now)
    said = messages.told(pair, messages.left_out_words(occurrence, why, upcoming))
    await telling.tell_both(session, pair, request, said)


async def open_move(request: Request, value: str) -> None:
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value)
        occurrence = await service.next_meeting(session, pair=pair)
    if occurrence is None:
        raise Refusal(_("Nothing comes up that could be moved."))
    request.open_view(forms.move(occurrence, today=await request.today()))


async def submit_move(request: Request) -> None:
    fields = read(MoveFields, request.view)
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=request.ids.get(OCCURRENCE), lock=True
        )
        if occurrence.state != OccurrenceState.DUE:
            raise Refusal(_("That 1:1 has begun already, so it cannot be moved."))
        await schedule.move(
            session, occurrence=occurrence, to=fields, user_id=request.actor.user_id, now=request.now
        )
        said = messages.moved_words(occurrence, by=request.actor.user_id)
        await telling.tell_both(session, pair, request, messages.told(pair, said))
    await request.ack(response_action="clear")
    request.refresh_home()


async def open_pause(request: Request, value: str) -> None:
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value)
    request.open_view(forms.pause(pair))


async def submit_pause(request: Request) -> None:
    until = read(PauseFields, request.view).until
    async with request.begin() as session:
        await records.once(session, request)
        pair = await service.pair_by_id(
            session, actor=request.actor, pair_id=request.ids.get("pair"), lock=True
        )
        cadence = await service.cadence_of(session, pair)
        following = await schedule.pause(
            session, cadence=cadence, user_id=request.actor.user_id, until=until, now=request.now
        )
        upcoming = words.upcoming(cadence, following, now=request.now)
        said = messages.paused_words(request.actor.user_id, upcoming)
        await telling.tell_both(session, pair, request, messages.told(pair, said))
    await request.ack(response_action="clear")
    request.refresh_home()


async def resume(request: Request, value: str) -> None:
    async with request.begin() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value, lock=True)
        cadence = await service.cadence_of(session, pair)
        if cadence.paused_at is None:
            raise Refusal(_("It is not paused."))
        following = await schedule.resume(session, cadence=cadence, now=request.now)
        upcoming = words.upcoming(cadence, following, now=request.now)
        said = messages.resumed_words(request.actor.user_id, upcoming)
        await telling.tell_both(session, pair, request, messages.told(pair, said))
    await pages.show_page(request, pair)


async def open_ending(request: Request, value: str) -> None:
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value)
    request.open_view(page.ending(pair, user_id=request.actor.user_id))


async def submit_ending(request: Request) -> None:
    async with request.begin() as session:
        await records.once(session, request)
        pair = await service.pair_by_id(
            session, actor=request.actor, pair_id=request.ids.get("pair"), lock=True
        )
        await service.end_pair(session, pair=pair, now=request.now)
        await telling.tell_both(
            session, pair, request, b.message(messages.ended_words(request.actor.user_id))
        )
    await request.ack(response_action="clear")
    request.refresh_home()


VERBS: dict[str, Verb] = {
    "skip": skip,
    "move": open_move,
    "pause": open_pause,
    "resume": resume,
    "settings": setting_up.open_settings,
    "end": open_ending,
}
