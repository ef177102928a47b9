"""What rituals may ask of the schedule. All of it is part of the caller's transaction.

A cadence has one occurrence that is due; each change plans that one anew and leaves alone what has begun or is over.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from bot.db.upsert import insert
from bot.errors import FieldRefusal, Refusal
from bot.i18n import _
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.calendar import Calendar
from bot.people.models import Team
from bot.schedule import words
from bot.schedule.fields import MoveFields
from bot.schedule.models import TEAM, Cadence, CadencePerson, CatchUp, Occurrence, OccurrenceState
from bot.schedule.plan import CLOSE, START, Plan, StepTime, next_plan
from bot.schedule.rules import Rule, instant, instants

TZDATA = version("tzdata")
log = structlog.get_logger()

WAKE = "schedule"  # marks a session whose commit should wake the worker
YESTERDAY = timedelta(days=1)
CATCH_UP_PACE = timedelta(minutes=10)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
AGAIN = "again"  # what the message is called that asks somebody at the later time they chose

WHOLE = (joinedload(Occurrence.cadence, innerjoin=True).selectinload(Cadence.people),)


async def set_up(
    session: AsyncSession,
    *,
    workspace_id: int,
    ritual: str,
    subject_id: int,
    team: Team | None,
    rule: Rule,
    at: time,
    timezone: str,
    follows: str | None,
    steps: Sequence[StepTime],
    user_ids: Collection[str],
    now: datetime,
) -> Cadence:
    """The cadence of a subject, new or changed; what is to come of it is planned anew.

    `steps` are in the order in which they are due, START among them. `user_ids` are those without whom it does not
    take place. `follows`: as in `Cadence`. A change of the rule counts every second week from now on. What somebody has
    moved stays there, unless the rule, its time or its zone is another.
    """
    cadence = await cadence_of(session, workspace_id=workspace_id, ritual=ritual, subject_id=subject_id)
    written = rule.model_dump(mode="json")
    coming, as_timed = None, False
    if cadence is None:
        cadence = Cadence(workspace_id=workspace_id, ritual=ritual, subject_id=subject_id, people=[])
        session.add(cadence)
    else:
        coming = await _held(session, cadence)
        times = cadence.rule, cadence.wall_time, cadence.timezone
        as_timed = not cadence.ended and times == (written, f"{at:%H:%M}", timezone)
        if coming is not None and not _was_asked(coming):
            coming.step = None  # what comes first may be another step now
        if cadence.ended:  # it begins again, whatever it rested for before
            cadence.paused_at = cadence.paused_by = cadence.resumes_on = None
    if cadence.rule != written:
        cadence.rule, cadence.anchor = written, now.astimezone(ZoneInfo(timezone)).date()
    cadence.team_id, cadence.ended = team.id if team else None, False
    cadence.wall_time, cadence.timezone, cadence.follows = f"{at:%H:%M}", timezone, follows
    cadence.steps = [step.model_dump() for step in steps]
    set_people(cadence, user_ids)
    await session.flush()  # for its id
    await _replan(session, cadence=cadence, coming=coming, now=now, keeps_moved=as_timed)
    return cadence


def set_people(cadence: Cadence, user_ids: Collection[str]) -> None:
    """Those without whom it does not take place are these; when it does stays as it is."""
    there = {person.user_id: person for person in cadence.people}
    cadence.people = [
        there.get(user_id) or CadencePerson(user_id=user_id, workspace_id=cadence.workspace_id)
        for user_id in sorted(set(user_ids))
    ]


async def cadence_of(
    session: AsyncSession, *, workspace_id: int, ritual: str, subject_id: int, lock: bool = False
) -> Cadence | None:
    """`lock`: before it is paused or resumed, so that two who do so at once do it one after the other."""
    statement = (
        select(Cadence)
        .where(
            Cadence.workspace_id == workspace_id, Cadence.ritual == ritual, Cadence.subject_id == subject_id
        )
        .options(selectinload(Cadence.people))
    )
    # What begins right now may plan the next one of it: a row that points here is nobody's business.
    return await session.scalar(statement.with_for_update(key_share=True) if lock else statement)


async def next_of(session: AsyncSession, *, cadence: Cadence) -> Occurrence | None:
    """The occurrence that comes next and has not begun; none while the cadence rests."""
    coming = await _coming(session, cadence)
    return coming if coming is not None and coming.next_at is not None else None


async def _coming(session: AsyncSession, cadence: Cadence) -> Occurrence | None:
    """The one that is due, also while the cadence rests: what people wrote for it hangs on it."""
    coming = await session.scalar(
        select(Occurrence)
        .where(Occurrence.cadence_id == cadence.id, Occurrence.state == OccurrenceState.DUE)
        .order_by(Occurrence.starts_at)
        .limit(1)
    )
    return _of(cadence, coming)


async def _held(session: AsyncSession, cadence: Cadence) -> Occurrence | None:
    """The same, to be changed. One that begins right now is waited for: then the next one is what comes."""
    due = select(Occurrence).where(
        Occurrence.cadence_id == cadence.id, Occurrence.state == OccurrenceState.DUE
    )
    await session.execute(due.with_for_update().execution_options(populate_existing=True))
    return await _coming(session, cadence)


def _of(cadence: Cadence, occurrence: Occurrence | None) -> Occurrence | None:
    """With the cadence that is at hand, rather than asked for again."""
    if occurrence is not None:
        set_committed_value(occurrence, "cadence", cadence)
    return occurrence


async def by_id(
    session: AsyncSession, *, workspace_id: int, occurrence_id: int, lock: bool = False
) -> Occurrence | None:
    is_it = (Occurrence.workspace_id == workspace_id, Occurrence.id == occurrence_id)
    if lock:
        await session.execute(select(Occurrence.id).where(*is_it).with_for_update())
    return await session.scalar(
        select(Occurrence).where(*is_it).options(*WHOLE).execution_options(populate_existing=True)
    )


def source(occurrence: Occurrence, name: str) -> str:
    """What a message of an occurrence is called in the outbox: the same name is the same message."""
    return f"{occurrence.cadence.ritual}:{occurrence.id}:{name}"


async def call_off(session: AsyncSession, *, occurrence: Occurrence, user_id: str | None = None) -> None:
    """Nobody is asked again who wanted to be; or this person is not."""
    waiting = await outbox.deliveries_of(
        session, workspace_id=occurrence.workspace_id, source=source(occurrence, AGAIN)
    )
    for delivery_id, recipient in waiting:
        if user_id in (None, recipient):
            await outbox.call_off(session, workspace_id=occurrence.workspace_id, delivery_id=delivery_id)


async def replan(session: AsyncSession, *, cadence: Cadence, now: datetime) -> Occurrence | None:
    """Plan what is to come anew. An occurrence that people were asked about already keeps that, at its new time.

    When the time they were asked for has passed meanwhile, it was left out, and they are asked for the new one.
    """
    return await _replan(session, cadence=cadence, coming=await _held(session, cadence), now=now)


async def _replan(
    session: AsyncSession,
    *,
    cadence: Cadence,
    coming: Occurrence | None,
    now: datetime,
    keeps_moved: bool = False,
) -> Occurrence | None:
    session.info[WAKE] = True
    cadence.tzdata = TZDATA
    plan = None if cadence.rests else await _plan(session, cadence=cadence, now=now)
    if plan is None:
        if coming is not None:
            coming.next_at = None  # it waits, with what people wrote for it
            await session.flush()
            await call_off(session, occurrence=coming)
        return None
    if coming is not None and coming.starts_at <= now and _was_asked(coming):
        await _leave_behind(session, coming, OccurrenceState.SKIPPED)
        coming = None
    if coming is None:
        return await _add(session, cadence=cadence, plan=plan)
    stays = keeps_moved and coming.moved_by is not None and coming.starts_at > now
    if not stays and (coming.day, coming.starts_at) != (plan.day, plan.starts_at):
        await call_off(session, occurrence=coming)
        coming.day, coming.starts_at = plan.day, plan.starts_at
        coming.moved, coming.moved_by = plan.moved, None
    await _time_step(session, coming)
    await session.flush()
    return coming


async def plan_next(session: AsyncSession, *, cadence: Cadence, now: datetime) -> Occurrence | None:
    """The one after the latest, unless there is one already."""
    coming = await _coming(session, cadence)
    if coming is not None and coming.next_at is not None:
        return coming
    return await _replan(session, cadence=cadence, coming=coming, now=now)


async def move(
    session: AsyncSession, *, occurrence: Occurrence, to: MoveFields, user_id: str, now: datetime
) -> None:
    """One occurrence at another time; those after it stay as they are.

    Raises:
        Refusal: see `require_comes`.
        FieldRefusal: that time is over, or that day is off.
    """
    require_comes(occurrence)
    starts_at = instant(to.date, to.time, occurrence.cadence.zone)
    if starts_at <= now:
        raise FieldRefusal({"time": _("That time is already over. Pick one from now on.")})
    await _require_works(session, occurrence, to.date)
    _require_before_the_next(occurrence, starts_at)
    session.info[WAKE] = True
    await call_off(session, occurrence=occurrence)
    occurrence.starts_at, occurrence.moved, occurrence.moved_by = starts_at, "", user_id
    await _time_step(session, occurrence)


def require_comes(occurrence: Occurrence) -> None:
    """Raises Refusal for one that is not over and does not come about either, as its cadence rests."""
    if occurrence.next_at is not None:
        return
    if occurrence.cadence.ended:
        raise Refusal(_("It has ended, so nothing comes that could be changed."))
    raise Refusal(_("It is paused, so nothing comes that could be changed. Resume it first."))


def _require_before_the_next(occurrence: Occurrence, starts_at: datetime) -> None:
    """The rule's next one would not come about, and nobody would have said so."""
    cadence = occurrence.cadence
    following = instants(
        cadence.parsed_rule, anchor=cadence.anchor, at=cadence.at, zone=cadence.zone, after=occurrence.day
    )
    day, next_at = next(following)
    if starts_at >= next_at:
        shown = words.short_day(day)
        raise FieldRefusal(
            {
                "date": _(
                    "The next one is on {day} already. Pick a time before it, or leave this one out.",
                    day=shown,
                )
            }
        )


async def _require_works(session: AsyncSession, occurrence: Occurrence, day: date) -> None:
    """A team's own days; two people without a team meet on whichever they like, and so does who chose that weekday."""
    cadence = occurrence.cadence
    calendar = await calendar_of(session, cadence)
    shown = words.short_day(day)
    if why := calendar.why_off(day):
        raise FieldRefusal({"date": _("{day} is a day off: {why}. Pick another.", day=shown, why=why)})
    chosen = cadence.team_id is None or day.weekday() == occurrence.day.weekday()
    if not chosen and day.weekday() not in calendar.working_days:
        raise FieldRefusal({"date": _("{day} is none of the team's working days. Pick another.", day=shown)})


async def skip(
    session: AsyncSession, *, occurrence: Occurrence, why: str, now: datetime
) -> Occurrence | None:
    """Leave one occurrence out, for a reason that people are told; returns the next one."""
    occurrence.why = why
    return await _end(session, occurrence, OccurrenceState.SKIPPED, now)


async def miss(
    session: AsyncSession, *, occurrence: Occurrence, now: datetime, why: str = ""
) -> Occurrence | None:
    """It did not come about, and nobody wanted that: nothing ran, or `why`. Returns the next one."""
    occurrence.why = why
    return await _end(session, occurrence, OccurrenceState.MISSED, now)


async def pause(
    session: AsyncSession, *, cadence: Cadence, user_id: str, until: date | None, now: datetime
) -> Occurrence | None:
    """Nothing of it comes until it is resumed, or until that day; returns what comes then.

    Raises:
        FieldRefusal: that day has come already.
    """
    if until is not None and until <= now.astimezone(cadence.zone).date():
        raise FieldRefusal({"until": _("Pick a day from tomorrow on, or leave it empty.")})
    cadence.paused_at, cadence.paused_by, cadence.resumes_on = now, user_id, until
    return await replan(session, cadence=cadence, now=now)


async def resume(session: AsyncSession, *, cadence: Cadence, now: datetime) -> Occurrence | None:
    cadence.paused_at = cadence.paused_by = cadence.resumes_on = None
    return await replan(session, cadence=cadence, now=now)


async def end(session: AsyncSession, *, cadence: Cadence, now: datetime) -> None:
    """It repeats no more. What has been stays."""
    cadence.ended = True
    await replan(session, cadence=cadence, now=now)


async def close_now(session: AsyncSession, *, occurrence: Occurrence, now: datetime) -> None:
    """End an open occurrence before its time; the step that closes it runs in a moment."""
    session.info[WAKE] = True
    occurrence.step, occurrence.next_at = CLOSE, now


async def left_out_before(
    session: AsyncSession, *, cadence: Cadence, before: Occurrence
) -> Sequence[Occurrence]:
    """What was skipped or missed since the last one that took place, oldest first."""
    held = select(func.max(Occurrence.day)).where(
        Occurrence.cadence_id == cadence.id,
        Occurrence.state.in_((OccurrenceState.OPEN, OccurrenceState.DONE)),
        Occurrence.day < before.day,
    )
    since = await session.scalar(held) or date.min
    rows = await session.scalars(
        select(Occurrence)
        .where(
            Occurrence.cadence_id == cadence.id,
            Occurrence.state.in_((OccurrenceState.SKIPPED, OccurrenceState.MISSED)),
            Occurrence.day > since,
            Occurrence.day < before.day,
        )
        .order_by(Occurrence.day)
        .options(*WHOLE)
    )
    return rows.all()


async def replan_team(session: AsyncSession, *, team: Team, now: datetime) -> None:
    """The team's calendar or zone is another: what is to come goes by that, but for what somebody has moved themselves.

    What goes by a person's zone, or by one that was chosen, keeps it.
    """
    for cadence in await session.scalars(
        select(Cadence).where(Cadence.team_id == team.id).options(selectinload(Cadence.people))
    ):
        if cadence.follows == TEAM:
            cadence.timezone = team.timezone
        await replan_unmoved(session, cadence=cadence, now=now)


async def replan_unmoved(session: AsyncSession, *, cadence: Cadence, now: datetime) -> Occurrence | None:
    """As `replan`, but for what somebody has moved themselves; returns what comes next."""
    coming = await next_of(session, cadence=cadence)
    if coming is None or coming.moved_by is None:
        return await replan(session, cadence=cadence, now=now)
    return coming


async def mend(session: AsyncSession, *, now: datetime, limit: int = 100) -> int:
    """Plan anew what was planned by older time zones, and what has no next time though it should; returns how many.

    Both come about outside of us: a new release, a backup that was brought back.
    """
    is_due = exists().where(
        Occurrence.cadence_id == Cadence.id,
        Occurrence.state == OccurrenceState.DUE,
        Occurrence.next_at.is_not(None),
    )
    rests = Cadence.ended | (Cadence.paused_at.is_not(None) & Cadence.resumes_on.is_(None))
    rows = await session.scalars(
        select(Cadence)
        .where(~rests, or_(Cadence.tzdata != TZDATA, ~is_due))
        .order_by(Cadence.id)
        .limit(limit)
        .options(selectinload(Cadence.people))
        .with_for_update(skip_locked=True, key_share=True)
    )
    cadences = rows.all()
    for cadence in cadences:
        cadence_id = cadence.id  # it is expired by what goes wrong
        try:
            async with session.begin_nested():
                await _mend(session, cadence, now=now)
        except Exception:  # one that cannot be read must not keep the others from it
            log.exception("not_mended", cadence=cadence_id)
    return len(cadences)


async def _mend(session: AsyncSession, cadence: Cadence, *, now: datetime) -> None:
    was = await next_of(session, cadence=cadence)
    before = was.starts_at if was else None
    if was is not None and was.moved_by is not None:
        cadence.tzdata = TZDATA  # somebody chose its time
        return
    planned = await replan(session, cadence=cadence, now=now)
    if planned is not None and planned.starts_at != before:
        log.warning("planned_anew", cadence=cadence.id, before=before, after=planned.starts_at)


async def catch_up_at(
    session: AsyncSession,
    *,
    cadence: Cadence,
    user_ids: Collection[str],
    due: datetime,
    useful_until: datetime | None,
    now: datetime,
) -> datetime:
    """When something late may be said: while people work, and to each person one thing in ten minutes."""
    calendar = await calendar_of(session, cadence)
    latest = await _latest(session, workspace_id=cadence.workspace_id, user_ids=user_ids)
    paced = max([now, *(row.at + CATCH_UP_PACE for row in latest)])
    slot = _slot(paced, calendar, cadence.zone, due=due, useful_until=useful_until, now=now)
    if useful_until is None or slot < useful_until:
        for row in latest:
            row.at = slot
        await session.flush()
    return slot


async def is_of_use(
    session: AsyncSession, *, cadence: Cadence, due: datetime, useful_until: datetime, now: datetime
) -> bool:
    """Whether something late can still be said in time."""
    calendar = await calendar_of(session, cadence)
    return _slot(now, calendar, cadence.zone, due=due, useful_until=useful_until, now=now) < useful_until


def _slot(
    at: datetime,
    calendar: Calendar,
    zone: ZoneInfo,
    *,
    due: datetime,
    useful_until: datetime | None,
    now: datetime,
) -> datetime:
    """While people work, from `at` on.

    What was due at an hour of today that they chose outside of their work, and is of no use when they work next, may be
    said at once.
    """
    slot = calendar.at_work_from(at, zone)
    is_too_late = useful_until is not None and slot >= useful_until
    is_todays = due.astimezone(zone).date() == now.astimezone(zone).date()
    return at if is_too_late and is_todays and not calendar.is_at_work(due, zone) else slot


async def _latest(
    session: AsyncSession, *, workspace_id: int, user_ids: Collection[str]
) -> Sequence[CatchUp]:
    """When each of them was, or will be, told the last thing that was late; locked."""
    for user_id in sorted(user_ids):  # in one order, so that no two processes wait for each other
        await session.execute(
            insert(session, CatchUp)
            .values(workspace_id=workspace_id, user_id=user_id, at=LONG_AGO)
            .on_conflict_do_nothing()
        )
    rows = await session.scalars(
        select(CatchUp)
        .where(CatchUp.workspace_id == workspace_id, CatchUp.user_id.in_(user_ids))
        .order_by(CatchUp.user_id)
        .with_for_update()
    )
    return rows.all()


async def advance(session: AsyncSession, *, occurrence: Occurrence, now: datetime) -> None:
    """A step is behind it: what follows has its time, and the start of one lets the next be planned."""
    names = [step.name for step in occurrence.cadence.step_times]
    done = occurrence.step
    assert done is not None
    following = names[names.index(done) + 1 :]
    occurrence.failures = 0
    if following:
        occurrence.step = following[0]
        await _time_step(session, occurrence)
    else:
        occurrence.step = occurrence.next_at = None
        occurrence.state = OccurrenceState.DONE
    await session.flush()
    if done == START:
        await plan_next(session, cadence=occurrence.cadence, now=now)


async def same_time_tomorrow(session: AsyncSession, *, cadence: Cadence, now: datetime) -> datetime:
    """The wall time it is now where the cadence is, on the next working day."""
    local = now.astimezone(cadence.zone)
    calendar = await calendar_of(session, cadence)
    return instant(calendar.after(local.date(), 1), local.time(), cadence.zone)


async def next_due(session: AsyncSession, *, after: datetime) -> datetime | None:
    """When the next step is due, of whichever workspace."""
    return await session.scalar(select(func.min(Occurrence.next_at)).where(Occurrence.next_at > after))


async def calendar_of(session: AsyncSession, cadence: Cadence) -> Calendar:
    return await people.calendar_of(session, team_id=cadence.team_id)


async def _plan(session: AsyncSession, *, cadence: Cadence, now: datetime) -> Plan | None:
    fixed = await session.scalar(
        select(func.max(Occurrence.day)).where(
            Occurrence.cadence_id == cadence.id, Occurrence.state != OccurrenceState.DUE
        )
    )
    today = now.astimezone(cadence.zone).date()
    after = max(
        fixed or date.min, today - 7 * YESTERDAY
    )  # a holiday may have moved one of last week into this
    if cadence.resumes_on is not None:
        after = max(after, cadence.resumes_on - YESTERDAY)
    calendar = await calendar_of(session, cadence)
    plan = next_plan(
        cadence.parsed_rule,
        anchor=cadence.anchor,
        at=cadence.at,
        zone=cadence.zone,
        calendar=calendar,
        after=after,
        now=now,
    )
    for day, why in plan.left_out if plan else ():
        starts_at = datetime.combine(day, cadence.at, cadence.zone)
        left_out = {"state": OccurrenceState.SKIPPED, "why": why, "starts_at": starts_at}
        await _insert(session, cadence, day=day, **left_out)
    return plan


async def _add(session: AsyncSession, *, cadence: Cadence, plan: Plan) -> Occurrence | None:
    calendar = await calendar_of(session, cadence)
    first = cadence.step_times[0]
    added = await _insert(
        session,
        cadence,
        day=plan.day,
        starts_at=plan.starts_at,
        moved=plan.moved,
        state=OccurrenceState.DUE,
        step=first.name,
        next_at=first.due(plan.starts_at, cadence.zone, calendar),
    )
    return added or await next_of(session, cadence=cadence)


async def _insert(session: AsyncSession, cadence: Cadence, **occurrence: Any) -> Occurrence | None:
    """The unique key decides: a second process, or a second look, adds nothing and is given none."""
    usual = {"moved": "", "why": "", "failures": 0}
    added = await session.scalar(
        insert(session, Occurrence)
        .values(workspace_id=cadence.workspace_id, cadence_id=cadence.id, **{**usual, **occurrence})
        .on_conflict_do_nothing(index_elements=["cadence_id", "day"])
        .returning(Occurrence)
    )
    return _of(cadence, added)


async def _time_step(session: AsyncSession, occurrence: Occurrence) -> None:
    """What comes next in it, and that is the first step where there is none yet, is due as its start has it."""
    cadence = occurrence.cadence
    step = cadence.step_time(occurrence.step) if occurrence.step else cadence.step_times[0]
    calendar = await calendar_of(session, cadence)
    occurrence.step, occurrence.next_at = step.name, step.due(occurrence.starts_at, cadence.zone, calendar)


async def _end(
    session: AsyncSession, occurrence: Occurrence, state: OccurrenceState, now: datetime
) -> Occurrence | None:
    await _leave_behind(session, occurrence, state)
    return await plan_next(session, cadence=occurrence.cadence, now=now)


async def _leave_behind(session: AsyncSession, occurrence: Occurrence, state: OccurrenceState) -> None:
    occurrence.state = state
    occurrence.step = occurrence.next_at = None
    await session.flush()
    await call_off(session, occurrence=occurrence)


def _was_asked(occurrence: Occurrence) -> bool:
    """Whether the first of the steps that prepare it is behind it."""
    first = occurrence.cadence.step_times[0].name
    return first != START and occurrence.step not in (None, first)
