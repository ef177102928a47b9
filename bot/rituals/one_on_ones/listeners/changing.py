"""This one out, or at another time; all of it at rest, or at its end. Both are told."""

from collections.abc import Awaitable, Callable

from bot.errors import Refusal
from bot.i18n import _
from bot.records import service as records
from bot.rituals.one_on_ones import service
from bot.rituals.one_on_ones.listeners import pages, setting_up, telling
from bot.rituals.one_on_ones.views import forms, messages, page
from bot.schedule import service as schedule
from bot.schedule import snooze, words
from bot.schedule.fields import MoveFields, PauseFields
from bot.schedule.forms import OCCURRENCE
from bot.slack import blocks as b
from bot.slack.forms import read
from bot.slack.request import Request

Verb = Callable[[Request, str], Awaitable[None]]
"""What one does to a 1:1, named by its id, or to one meeting, named by that one's."""


async def manage(request: Request, value: str) -> None:
    """The page's menu: `skip:9` and `move:9` of one meeting; `pause:3`, `settings:3`, `end:3` of a pair."""
    what, _colon, wanted = value.partition(":")
    await {**VERBS, **OF_ONE}.get(what, pages.open_page)(request, wanted)


async def skip_next(request: Request, value: str) -> None:
    await skip(request, await _next_of(request, value, _("Nothing comes up that could be left out.")))


async def skip(request: Request, value: str) -> None:
    """This one is left out; the other one is told."""
    async with request.begin() as session:
        occurrence, pair = await service.meeting_to_come(
            session, actor=request.actor, meeting_id=value, lock=True
        )
        why = messages.skipped_words(request.actor.user_id)
        following = await schedule.skip(session, occurrence=occurrence, why=why, now=request.now)
        upcoming = words.upcoming(occurrence.cadence, following, now=request.now)
        said = messages.told(pair, messages.left_out_words(occurrence, why, upcoming))
        await telling.tell_both(session, pair, request, said)
    await pages.show_page(request, pair)


async def move_next(request: Request, value: str) -> None:
    await open_move(request, await _next_of(request, value, _("Nothing comes up that could be moved.")))


async def open_move(request: Request, value: str) -> None:
    async with request.read() as session:
        occurrence, _pair = await service.meeting_to_come(session, actor=request.actor, meeting_id=value)
    request.open_view(forms.move(occurrence, today=await request.today()))


async def _next_of(request: Request, pair_id: str, nothing: str) -> str:
    """The id of a pair's next meeting.

    Raises:
        Refusal: there is none.
    """
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=pair_id)
        occurrence = await service.next_meeting(session, pair=pair)
    if occurrence is None:
        raise Refusal(nothing)
    return str(occurrence.id)


async def submit_move(request: Request) -> None:
    fields = read(MoveFields, request.view)
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, pair = await service.meeting_to_come(
            session, actor=request.actor, meeting_id=request.ids.get(OCCURRENCE), lock=True
        )
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
        if not cadence.is_paused(request.now):
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
    "skip": skip_next,
    "move": move_next,
    "pause": open_pause,
    "resume": resume,
    "settings": setting_up.open_settings,
    "end": open_ending,
}
"""By the pair."""

OF_ONE: dict[str, Verb] = {snooze.SKIP: skip, snooze.MOVE: open_move}
"""By the meeting, so that a second press does not reach the one after it."""
