"""Being away, and being back."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Actor, Kind
from bot.errors import FieldRefusal, Refusal
from bot.i18n import _
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Absence
from bot.records import service as records
from bot.rituals.partner import service
from bot.rituals.partner.service import AwayFields
from bot.rituals.partner.views import away as views
from bot.schedule.models import Occurrence
from bot.slack import blocks as b
from bot.slack import text
from bot.slack.blocks import Payload
from bot.slack.forms import read
from bot.slack.request import Request


async def open_away(request: Request) -> None:
    """What stands behind `/partner away` is shown in the form, and changes nothing."""
    typed = text.typed(request.text)

    async def full() -> Payload:
        today, viewer = await request.today(), await request.see()
        async with request.read() as session:
            teams = await people.teams_of(session, viewer=viewer)
            absence = await current(session, viewer, today)
        person_id = viewer.user_id if service.notes_for_others(viewer, teams) else None
        return views.form(absence, today=today, typed=typed, person_id=person_id)

    await request.open_form(lambda: views.form(None, today=request.now.date(), typed=typed), full)


async def current(session: AsyncSession, actor: Actor, today: date) -> Absence | None:
    """The one that is going on."""
    found = await people.away(session, workspace_id=actor.workspace_id, user_ids=[actor.user_id], on=today)
    return next(iter(found), None)


async def submit_away(request: Request) -> None:
    fields = read(AwayFields, request.view)
    viewer, today = await request.see(), await request.today()
    of_other = fields.is_of_other(viewer.user_id)
    if of_other:
        await _require_somebody(request, str(fields.person))
    async with request.begin() as session:
        await records.once(session, request)
        absence = await service.note_away(
            session,
            viewer=viewer,
            fields=fields,
            changes=request.ids.get("absence"),
            today=today,
            now=request.now,
        )
        left_out = await service.left_out_by(session, absence=absence)
        if of_other:
            await _tell_other(session, request, absence, left_out)
    await request.ack()
    own = views.told(absence, left_out, request.command_of)
    request.tell(views.told_for_other(absence) if of_other else own)
    request.refresh_home()


async def _require_somebody(request: Request, user_id: str) -> None:
    """Raises FieldRefusal for an app, or for somebody who is gone."""
    person = await request.directory.person(
        request.slack, Actor(request.actor.workspace_id, user_id), home=request.workspace.slack_id
    )
    if person.kind in (Kind.BOT, Kind.DEACTIVATED):
        words = _("Pick a person who is here: that is an app, or an account that is no more.")
        raise FieldRefusal({"person": words})


async def _tell_other(
    session: AsyncSession, request: Request, absence: Absence, left_out: Sequence[Occurrence]
) -> None:
    await outbox.post(
        session,
        workspace_id=absence.workspace_id,
        source=f"partner:away:{absence.id}",
        recipient=absence.user_id,
        payload=views.noted_for_you(absence, left_out, request.command_of),
        now=request.now,
        tell=request.actor.user_id,
    )


async def come_back(request: Request) -> None:
    await request.ack(**await _come_back(request))
    request.refresh_home()


async def come_back_by_button(request: Request) -> None:
    request.tell(await _come_back(request))
    request.refresh_home()


async def _come_back(request: Request) -> Payload:
    """What is going on ends; what is noted for later stays until they take it off."""
    today = await request.today()
    async with request.begin() as session:
        absence = await current(session, request.actor, today)
        if absence is not None:
            await people.end_absence(session, absence=absence, today=today)
        coming = await people.absences_of(session, of=request.actor, since=today)
        return views.back(was_away=absence is not None, coming=coming)


async def take_off(request: Request, value: str) -> None:
    """They are not away then, whoever said so."""
    today = await request.today()
    async with request.begin() as session:
        noted = await people.absences_of(session, of=request.actor, since=today)
        absence = next((absence for absence in noted if str(absence.id) == value), None)
        if absence is None:
            raise Refusal(_("That is over, or taken off already."))
        await people.end_absence(session, absence=absence, today=today)
    request.tell(b.message(_("You are not away then any more.")))
    request.refresh_home()
