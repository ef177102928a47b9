"""While they meet, on the agenda: ticking off, notes, action items, what can wait, being done."""

from bot.errors import Refusal
from bot.i18n import _
from bot.records import service as records
from bot.rituals.one_on_ones import jobs, service
from bot.rituals.one_on_ones.listeners import pages, telling
from bot.rituals.one_on_ones.models import ItemState
from bot.rituals.one_on_ones.service import ActionFields, NoteFields
from bot.rituals.one_on_ones.views import forms
from bot.schedule import service as schedule
from bot.schedule.models import Occurrence
from bot.slack.forms import read
from bot.slack.request import Request


async def tick(request: Request, value: str) -> None:
    await _set_done(request, value, done=True)


async def untick(request: Request, value: str) -> None:
    await _set_done(request, value, done=False)


async def _set_done(request: Request, item_id: str, *, done: bool) -> None:
    async with request.begin() as session:
        item, pair = await service.item_by_id(session, actor=request.actor, item_id=item_id)
        if item.meeting_id is None:
            raise Refusal(_("That is on the list for next time."))
        occurrence, _pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=item.meeting_id
        )
        service.require_open(occurrence)
        await service.tick(session, item=item, done=done)
        await jobs.update_agenda(session, pair=pair, occurrence=occurrence, now=request.now)


async def open_note(request: Request, value: str) -> None:
    meeting, _occurrence = await _open_meeting(request, value)
    request.open_view(forms.note(meeting.occurrence, meeting.items))


async def submit_note(request: Request) -> None:
    fields = read(NoteFields, request.view)
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=request.ids.get("meeting"), lock=True
        )
        item_id = None
        if fields.item is not None:
            item, _pair = await service.item_by_id(session, actor=request.actor, item_id=fields.item)
            item_id = item.id
        await service.take_note(
            session,
            actor=request.actor,
            occurrence=occurrence,
            item_id=item_id,
            text=fields.text,
            now=request.now,
        )
        await jobs.update_agenda(session, pair=pair, occurrence=occurrence, now=request.now)
    await request.ack()


async def open_action(request: Request, value: str) -> None:
    meeting, occurrence = await _open_meeting(request, value)
    names = await telling.names(request, meeting.pair.user_ids)
    request.open_view(
        forms.action(meeting.pair, user_id=request.actor.user_id, names=names, occurrence=occurrence)
    )


async def submit_action(request: Request) -> None:
    fields = read(ActionFields, request.view)
    today = await request.today()
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=request.ids.get("meeting"), lock=True
        )
        service.require_open(occurrence)
        await service.make_action(
            session,
            actor=request.actor,
            pair=pair,
            occurrence=occurrence,
            fields=fields,
            today=today,
            now=request.now,
        )
        await jobs.update_agenda(session, pair=pair, occurrence=occurrence, now=request.now)
    await request.ack()
    request.refresh_home()


async def press_promise(request: Request, value: str) -> None:
    """`done:4`, `open:4`: on the agenda, or on the page between two meetings."""
    what, _colon, action_id = value.partition(":")
    async with request.begin() as session:
        pair, meeting_ids = await service.keep_promise(
            session, actor=request.actor, action_id=action_id, done=what == "done", now=request.now
        )
        for meeting_id in sorted(meeting_ids):
            occurrence, _pair = await service.meeting_by_id(
                session, actor=request.actor, meeting_id=meeting_id
            )
            await jobs.update_agenda(session, pair=pair, occurrence=occurrence, now=request.now)
    await pages.show_page(request, pair)


async def open_next_time(request: Request, value: str) -> None:
    meeting, occurrence = await _open_meeting(request, value)
    left = [item for item in meeting.items if item.state == ItemState.OPEN]
    if not left:
        raise Refusal(_("Everything on this agenda is ticked off."))
    request.open_view(forms.next_time(occurrence, left))


async def submit_next_time(request: Request) -> None:
    chosen = [int(value) for value in request.values.get("items") or [] if records.is_number(value)]
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=request.ids.get("meeting"), lock=True
        )
        service.require_open(occurrence)
        await service.leave_for_next_time(session, occurrence=occurrence, item_ids=chosen)
        await jobs.update_agenda(session, pair=pair, occurrence=occurrence, now=request.now)
    await request.ack()


async def say_we_are_done(request: Request, value: str) -> None:
    async with request.begin() as session:
        occurrence, _pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=value, lock=True
        )
        service.require_open(occurrence)
        await schedule.close_now(session, occurrence=occurrence, now=request.now)


async def _open_meeting(request: Request, meeting_id: str) -> tuple[service.Meeting, Occurrence]:
    async with request.read() as session:
        occurrence, pair = await service.meeting_by_id(session, actor=request.actor, meeting_id=meeting_id)
        service.require_open(occurrence)
        return await service.meeting(session, pair=pair, occurrence=occurrence), occurrence
