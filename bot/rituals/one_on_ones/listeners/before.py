"""Before they meet: answers, and being asked at another time."""

from bot.errors import Refusal
from bot.i18n import _
from bot.records import service as records
from bot.rituals.one_on_ones import jobs, service
from bot.rituals.one_on_ones.listeners import changing
from bot.rituals.one_on_ones.views import forms
from bot.schedule import service as schedule
from bot.schedule import snooze
from bot.schedule.models import OccurrenceState
from bot.slack import text
from bot.slack.request import Request


async def open_answers(request: Request, value: str) -> None:
    async with request.read() as session:
        occurrence, pair = await service.meeting_by_id(session, actor=request.actor, meeting_id=value)
        if not occurrence.is_to_come:
            raise Refusal(_("That 1:1 is over. What you want to say can go on the list for the next one."))
        user_id = request.actor.user_id
        given = await service.answers_of(session, occurrence=occurrence, user_id=user_id)
        left_out = await schedule.left_out_before(session, cadence=occurrence.cadence, before=occurrence)
        kept = await service.kept_answers(session, occurrence=occurrence, left_out=left_out, user_id=user_id)
    asked = [answer.question for answer in given] or pair.questions_now
    request.open_view(forms.answers(occurrence, asked, kept, left_out))


async def submit_answers(request: Request) -> None:
    values = request.values
    asked = [block for block in request.view["blocks"] if block["type"] == "input"]
    given = [
        (text.typed(block["label"]["text"]), str(values.get(block["block_id"]) or "")) for block in asked
    ]
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=request.ids.get("meeting"), lock=True
        )
        await service.answer(
            session, actor=request.actor, occurrence=occurrence, answers=given, now=request.now
        )
        await schedule.call_off(session, occurrence=occurrence, user_id=request.actor.user_id)
        if occurrence.state == OccurrenceState.OPEN:
            await jobs.update_agenda(session, pair=pair, occurrence=occurrence, now=request.now)
    await request.ack()
    request.refresh_home()


async def put_off(request: Request, value: str) -> None:
    """The menu below the questions: `hour:9`, `tomorrow:9`, `move:9`, `skip:9`."""
    what, _colon, meeting_id = value.partition(":")
    if what in changing.OF_ONE:
        await changing.OF_ONE[what](request, meeting_id)
        return
    async with request.begin() as session:
        occurrence, pair = await service.meeting_to_come(
            session, actor=request.actor, meeting_id=meeting_id, lock=True
        )
        at = await snooze.until(session, choice=what, occurrence=occurrence, now=request.now)
        if at is None:
            raise Refusal(_("By then you will have met. Answer now, or add to the list at any time."))
        await jobs.ask_again(
            session, pair=pair, occurrence=occurrence, user_id=request.actor.user_id, at=at, now=request.now
        )
    request.tell(snooze.told(at))
    request.refresh_home()
