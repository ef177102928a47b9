"""What two people can do with their 1:1. Whoever is not one of the two finds nothing, an admin neither."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Actor, missing
from bot.db.upsert import insert
from bot.errors import FieldRefusal, NotFound, Refusal
from bot.i18n import _
from bot.people.fields import SlackId, Zone
from bot.people.models import Team
from bot.records.fields import Day, Fields, Lines, at_most
from bot.records.service import row_id
from bot.ritual import Suggestion
from bot.rituals.one_on_ones.models import ActionItem, AgendaItem, Answer, ItemState, Note, Pair
from bot.schedule import service as schedule
from bot.schedule.fields import WeeklyFields
from bot.schedule.models import Cadence, Occurrence, OccurrenceState
from bot.schedule.plan import CLOSE, START, StepTime

RITUAL = "one_on_ones"
PROMPT = "prompt"
QUESTIONS_MOST = 10
ITEM_CHARACTERS = 500
ANSWER_CHARACTERS = 2_000
NOTE_CHARACTERS = 2_000
HISTORY_SHOWN = 12


def essays_questions() -> list[str]:
    """The five of the essay this product is built on."""
    return [
        _("What is the biggest risk in what we are building right now?"),
        _("Is there anything you wish I understood better?"),
        _("Are there any trade-offs coming up that we should discuss?"),
        _("How is the team feeling about the current workload?"),
        _("What is one thing I could do differently to help the team?"),
    ]


def _once(questions: list[str]) -> list[str]:
    """What is answered is found again by its words."""
    return list(dict.fromkeys(questions))


Questions = Annotated[
    list[Annotated[str, Field(max_length=300)]], Lines, AfterValidator(_once), at_most(QUESTIONS_MOST)
]


class PairFields(WeeklyFields):
    """Field names are the block ids of the form."""

    person: SlackId
    timezone: Zone | None = None
    ahead: Annotated[int, Field(ge=0, le=5)] = 1
    questions: Questions = Field(default_factory=list)
    asked: Annotated[int, Field(ge=0, le=QUESTIONS_MOST)] = 0


class ItemFields(Fields):
    text: Annotated[str, Field(min_length=1, max_length=ITEM_CHARACTERS)]
    private: Annotated[bool, BeforeValidator(bool)] = False
    """A box that is ticked or not: the list of what is ticked."""


class NoteFields(Fields):
    text: Annotated[str, Field(min_length=1, max_length=NOTE_CHARACTERS)]
    item: str | None = None
    """What it is about, of the agenda."""


class ActionFields(Fields):
    text: Annotated[str, Field(min_length=1, max_length=ITEM_CHARACTERS)]
    owner: SlackId
    due: Day | None = None


@dataclass(frozen=True)
class Meeting:
    """One 1:1 with all that belongs to it, as it is shown to the two."""

    pair: Pair
    occurrence: Occurrence
    items: Sequence[AgendaItem]
    answers: Sequence[Answer] = ()
    """Those for what was left out before it too: `Answer.meeting_id` says for which they were."""
    notes: Sequence[Note] = ()
    actions: Sequence[ActionItem] = ()
    """Those made in it first; those kept in it; and while it goes on, those that stood open before."""
    left_out: Sequence[Occurrence] = ()
    """What was skipped or missed since the last one."""
    following: Occurrence | None = None

    @property
    def is_over(self) -> bool:
        return self.occurrence.state != OccurrenceState.OPEN


# The pair


async def pair_by_id(session: AsyncSession, *, actor: Actor, pair_id: object, lock: bool = False) -> Pair:
    """Raises NotFound for everybody who is not one of the two."""
    statement = select(Pair).where(
        Pair.workspace_id == actor.workspace_id,
        Pair.id == row_id(pair_id),
        or_(Pair.first_id == actor.user_id, Pair.second_id == actor.user_id),
    )
    pair = await session.scalar(statement.with_for_update() if lock else statement)
    if pair is None:
        raise NotFound(missing())
    return pair


async def pairs_of(session: AsyncSession, *, actor: Actor, also_ended: bool = False) -> Sequence[Pair]:
    """The 1:1s a person has, or had too, the oldest first."""
    rows = await session.scalars(
        select(Pair)
        .where(
            Pair.workspace_id == actor.workspace_id,
            or_(Pair.first_id == actor.user_id, Pair.second_id == actor.user_id),
            *([] if also_ended else [Pair.ended_at.is_(None)]),
        )
        .order_by(Pair.id)
    )
    return rows.all()


async def pair_with(session: AsyncSession, *, actor: Actor, other_id: str) -> Pair | None:
    """The pair of these two, also one that ended."""
    first, second = sorted((actor.user_id, other_id))
    return await session.scalar(
        select(Pair).where(
            Pair.workspace_id == actor.workspace_id, Pair.first_id == first, Pair.second_id == second
        )
    )


async def set_up_pair(
    session: AsyncSession,
    *,
    actor: Actor,
    fields: PairFields,
    team: Team | None,
    timezone: str,
    conversation_id: str | None,
    now: datetime,
) -> tuple[Pair, bool]:
    """The 1:1 of the actor and the person in `fields`, new, begun again or changed; and whether it is new.

    `timezone` is the actor's own: unless they chose another, the cadence follows it. A change that leaves the zone
    as it is leaves whom it follows, too.

    Raises:
        FieldRefusal: they chose themselves.
    """
    if fields.person == actor.user_id:
        raise FieldRefusal({"person": _("Pick the other one of you two.")})
    first, second = sorted((actor.user_id, fields.person))
    made = await session.scalar(
        insert(session, Pair)
        .values(
            workspace_id=actor.workspace_id,
            first_id=first,
            second_id=second,
            questions=essays_questions(),
            asked=0,
            turn=0,
            created_by=actor.user_id,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "first_id", "second_id"])
        .returning(Pair.id)
    )
    pair = await pair_with(session, actor=actor, other_id=fields.person)
    assert pair is not None
    is_new = made is not None or pair.ended_at is not None
    pair.ended_at = None
    pair.team_id = team.id if team else pair.team_id
    pair.conversation_id = conversation_id or pair.conversation_id
    pair.questions, pair.asked = fields.questions or essays_questions(), fields.asked
    zone = fields.timezone or timezone
    follows = actor.user_id if zone == timezone else None
    if not is_new and fields.timezone == (was := await cadence_of(session, pair)).timezone:
        follows = was.follows
    await schedule.set_up(
        session,
        workspace_id=actor.workspace_id,
        ritual=RITUAL,
        subject_id=pair.id,
        team=team,
        rule=fields.rule,
        at=fields.time,
        timezone=zone,
        follows=follows,
        steps=steps(ahead=fields.ahead),
        user_ids=pair.user_ids,
        now=now,
    )
    return pair, is_new


def steps(*, ahead: int) -> list[StepTime]:
    """Asked so many working days before, or not at all; and closed by itself a working day later."""
    asked = [StepTime(name=PROMPT, working_days=-ahead)] if ahead else []
    return [*asked, StepTime(name=START), StepTime(name=CLOSE, working_days=1)]


async def cadence_of(session: AsyncSession, pair: Pair) -> Cadence:
    cadence = await schedule.cadence_of(
        session, workspace_id=pair.workspace_id, ritual=RITUAL, subject_id=pair.id
    )
    assert cadence is not None
    return cadence


async def pair_for(session: AsyncSession, cadence: Cadence) -> Pair:
    """Of a cadence that the schedule hands out."""
    return (await session.scalars(select(Pair).where(Pair.id == cadence.subject_id))).one()


async def end_pair(session: AsyncSession, *, pair: Pair, now: datetime) -> None:
    """They meet no more; what they wrote stays theirs to read."""
    pair.ended_at = now
    await schedule.end(session, cadence=await cadence_of(session, pair), now=now)


# What they bring


async def add_item(
    session: AsyncSession,
    *,
    actor: Actor,
    pair: Pair,
    fields: ItemFields,
    link: str | None = None,
    now: datetime,
) -> AgendaItem:
    """Something to talk about. While they meet it is on that agenda, and then nothing is private any more."""
    meeting = await open_meeting(session, pair=pair)
    item = AgendaItem(
        workspace_id=pair.workspace_id,
        pair_id=pair.id,
        author_id=actor.user_id,
        text=fields.text,
        link=link,
        private=fields.private and meeting is None,
        state=ItemState.OPEN,
        meeting_id=meeting.id if meeting else None,
        carried=0,
        created_at=now,
    )
    session.add(item)
    await session.flush()
    return item


async def item_by_id(session: AsyncSession, *, actor: Actor, item_id: object) -> tuple[AgendaItem, Pair]:
    """An item that this person may see, locked: one of their pair, and not the other's private one.

    Raises:
        NotFound
    """
    item = await session.scalar(
        select(AgendaItem)
        .where(
            AgendaItem.workspace_id == actor.workspace_id,
            AgendaItem.id == row_id(item_id),
        )
        .with_for_update()
    )
    if item is None or (item.private and item.author_id != actor.user_id):
        raise NotFound(missing())
    return item, await pair_by_id(session, actor=actor, pair_id=item.pair_id)


async def take_off(session: AsyncSession, *, actor: Actor, item: AgendaItem) -> Occurrence | None:
    """It is on no list any more, nor on the agenda of the meeting that goes on; returns that one, if it was there.

    Raises:
        Refusal: they have met, and what they talked about stays in their history.
    """
    meeting = None
    if item.meeting_id is not None:
        meeting, _pair = await meeting_by_id(session, actor=actor, meeting_id=item.meeting_id)
        require_open(meeting)
    item.state = ItemState.DROPPED
    await session.flush()
    return meeting


async def waiting_items(session: AsyncSession, *, pair: Pair, viewer_id: str) -> Sequence[AgendaItem]:
    """What is on the list for their next 1:1, as far as this one of the two sees it."""
    rows = await session.scalars(
        select(AgendaItem)
        .where(
            AgendaItem.pair_id == pair.id,
            AgendaItem.state == ItemState.OPEN,
            AgendaItem.meeting_id.is_(None),
            or_(AgendaItem.private.is_(False), AgendaItem.author_id == viewer_id),
        )
        .order_by(AgendaItem.carried.desc(), AgendaItem.id)
    )
    return rows.all()


async def answer(
    session: AsyncSession,
    *,
    actor: Actor,
    occurrence: Occurrence,
    answers: Sequence[tuple[str, str]],
    now: datetime,
) -> None:
    """A person's answers to the questions of a meeting, in place of their earlier ones; an empty one takes it back."""
    if occurrence.state not in (OccurrenceState.DUE, OccurrenceState.OPEN):
        raise Refusal(_("That 1:1 is over. What you want to say can go on the list for the next one."))
    for position, (question, said) in enumerate(answers):
        changed = {"question": question, "text": said, "at": now}
        await session.execute(
            insert(session, Answer)
            .values(meeting_id=occurrence.id, user_id=actor.user_id, position=position, **changed)
            .on_conflict_do_update(index_elements=["meeting_id", "user_id", "position"], set_=changed)
        )


async def answers_of(session: AsyncSession, *, occurrence: Occurrence, user_id: str) -> Sequence[Answer]:
    rows = await session.scalars(
        select(Answer)
        .where(Answer.meeting_id == occurrence.id, Answer.user_id == user_id)
        .order_by(Answer.position)
    )
    return rows.all()


async def kept_answers(
    session: AsyncSession,
    *,
    occurrence: Occurrence,
    left_out: Sequence[Occurrence],
    user_id: str | None = None,
) -> Sequence[Answer]:
    """What they said for a meeting, and for those before it that were left out: to each question what they said last.

    `left_out`: as `schedule.left_out_before` has them. `user_id`: of this one of the two alone.
    """
    rows = await session.scalars(
        select(Answer)
        .join(Occurrence, Occurrence.id == Answer.meeting_id)
        .where(
            Answer.meeting_id.in_([occurrence.id, *(row.id for row in left_out)]),
            *([Answer.user_id == user_id] if user_id else []),
        )
        .order_by(Occurrence.day, Answer.position, Answer.id)
    )
    last = {(answer.user_id, answer.question): answer for answer in rows}
    return [answer for answer in last.values() if answer.text]


# The meeting


async def open_meeting(session: AsyncSession, *, pair: Pair) -> Occurrence | None:
    """The one that is going on, if any."""
    cadence = await cadence_of(session, pair)
    found = await session.scalar(
        select(Occurrence.id)
        .where(Occurrence.cadence_id == cadence.id, Occurrence.state == OccurrenceState.OPEN)
        .order_by(Occurrence.starts_at.desc())
        .limit(1)
    )
    if found is None:
        return None
    return await schedule.by_id(session, workspace_id=pair.workspace_id, occurrence_id=found)


async def next_meeting(session: AsyncSession, *, pair: Pair) -> Occurrence | None:
    return await schedule.next_of(session, cadence=await cadence_of(session, pair))


async def meeting_by_id(
    session: AsyncSession, *, actor: Actor, meeting_id: object, lock: bool = False
) -> tuple[Occurrence, Pair]:
    """A meeting of one of the person's pairs.

    Raises:
        NotFound
    """
    wanted = row_id(meeting_id)
    occurrence = await schedule.by_id(
        session, workspace_id=actor.workspace_id, occurrence_id=wanted, lock=lock
    )
    if occurrence is None or occurrence.cadence.ritual != RITUAL:
        raise NotFound(missing())
    return occurrence, await pair_by_id(session, actor=actor, pair_id=occurrence.cadence.subject_id)


async def meeting_to_come(
    session: AsyncSession, *, actor: Actor, meeting_id: object, lock: bool = False
) -> tuple[Occurrence, Pair]:
    """As `meeting_by_id`, of one that can still be moved or left out.

    Raises:
        NotFound
        Refusal: it has begun, or does not take place any more, or they rest.
    """
    occurrence, pair = await meeting_by_id(session, actor=actor, meeting_id=meeting_id, lock=lock)
    if occurrence.state in (OccurrenceState.SKIPPED, OccurrenceState.MISSED):
        raise Refusal(_("That 1:1 is left out already. `/one-on-one` shows when the next one is."))
    if occurrence.state != OccurrenceState.DUE:
        raise Refusal(_("That 1:1 has begun already."))
    schedule.require_comes(occurrence)
    return occurrence, pair


def require_open(occurrence: Occurrence) -> None:
    if occurrence.state != OccurrenceState.OPEN:
        raise Refusal(_("That 1:1 is over. What was left is on the list for the next one."))


async def begin(
    session: AsyncSession,
    *,
    pair: Pair,
    occurrence: Occurrence,
    suggestions: Sequence[Suggestion],
    now: datetime,
) -> None:
    """All that waits goes on the agenda, private things too, and what the shared record suggests."""
    await session.execute(
        update(AgendaItem)
        .where(
            AgendaItem.pair_id == pair.id,
            AgendaItem.state == ItemState.OPEN,
            AgendaItem.meeting_id.is_(None),
        )
        .values(meeting_id=occurrence.id, private=False)
        .execution_options(synchronize_session=False)
    )
    there = set(
        await session.scalars(
            select(AgendaItem.suggested).where(
                AgendaItem.pair_id == pair.id,
                AgendaItem.state == ItemState.OPEN,
                AgendaItem.suggested.is_not(None),
            )
        )
    )
    for suggestion in suggestions:
        if suggestion.key not in there:
            session.add(
                AgendaItem(
                    workspace_id=pair.workspace_id,
                    pair_id=pair.id,
                    text=suggestion.text,
                    suggested=suggestion.key,
                    state=ItemState.OPEN,
                    meeting_id=occurrence.id,
                    carried=0,
                    created_at=now,
                )
            )
    pair.turn = (pair.turn + pair.asked) % max(1, len(pair.questions))
    await session.flush()


async def meeting(session: AsyncSession, *, pair: Pair, occurrence: Occurrence) -> Meeting:
    """All of it, for the two. What is private or not revealed yet is not in it: that is for its author's page."""
    items = await session.scalars(
        select(AgendaItem)
        .where(AgendaItem.meeting_id == occurrence.id, AgendaItem.state != ItemState.DROPPED)
        .order_by(AgendaItem.carried.desc(), AgendaItem.id)
    )
    notes = await session.scalars(select(Note).where(Note.meeting_id == occurrence.id).order_by(Note.id))
    actions = await session.scalars(
        select(ActionItem)
        .where(
            ActionItem.pair_id == pair.id,
            or_(
                ActionItem.meeting_id == occurrence.id,
                ActionItem.done_in == occurrence.id,
                *([ActionItem.done_at.is_(None)] if occurrence.state == OccurrenceState.OPEN else []),
            ),
        )
        .order_by(ActionItem.id)
    )
    begun = occurrence.state != OccurrenceState.DUE
    left_out = await schedule.left_out_before(session, cadence=occurrence.cadence, before=occurrence)
    return Meeting(
        pair,
        occurrence,
        items.all(),
        await kept_answers(session, occurrence=occurrence, left_out=left_out) if begun else [],
        notes.all(),
        sorted(actions, key=lambda action: action.meeting_id != occurrence.id),
        left_out,
        await schedule.next_of(session, cadence=occurrence.cadence),
    )


async def tick(session: AsyncSession, *, item: AgendaItem, done: bool) -> None:
    item.state = ItemState.DONE if done else ItemState.OPEN
    await session.flush()


async def take_note(
    session: AsyncSession,
    *,
    actor: Actor,
    occurrence: Occurrence,
    item_id: int | None,
    text: str,
    now: datetime,
) -> None:
    require_open(occurrence)
    session.add(Note(meeting_id=occurrence.id, item_id=item_id, author_id=actor.user_id, text=text, at=now))
    await session.flush()


async def make_action(
    session: AsyncSession,
    *,
    actor: Actor,
    pair: Pair,
    occurrence: Occurrence | None,
    fields: ActionFields,
    today: date,
    now: datetime,
) -> None:
    """A promise of one of the two.

    Raises:
        FieldRefusal: of somebody else, or for a day that is over.
    """
    if fields.owner not in pair.user_ids:
        raise FieldRefusal({"owner": _("Pick one of you two: nobody else can read this.")})
    if fields.due and fields.due < today:
        raise FieldRefusal({"due": _("That date is already over. Pick one from today on.")})
    session.add(
        ActionItem(
            workspace_id=pair.workspace_id,
            pair_id=pair.id,
            meeting_id=occurrence.id if occurrence else None,
            owner_id=fields.owner,
            text=fields.text,
            due_on=fields.due,
            created_by=actor.user_id,
            created_at=now,
        )
    )
    await session.flush()


async def keep_promise(
    session: AsyncSession, *, actor: Actor, action_id: object, done: bool, now: datetime
) -> tuple[Pair, set[int]]:
    """A promise is ticked off, or not after all; in the meeting that goes on, or between two.

    Returns the meetings on whose agenda it stands, too.
    """
    action = await session.scalar(
        select(ActionItem)
        .where(
            ActionItem.workspace_id == actor.workspace_id,
            ActionItem.id == row_id(action_id),
        )
        .with_for_update()
    )
    pair = await pair_by_id(session, actor=actor, pair_id=action.pair_id if action else -1)
    assert action is not None
    going_on = await open_meeting(session, pair=pair)
    meetings = {action.meeting_id, action.done_in, going_on.id if going_on else None}
    action.done_at = now if done else None
    action.done_in = going_on.id if done and going_on else None
    await session.flush()
    return pair, {meeting_id for meeting_id in meetings if meeting_id is not None}


async def open_promises(session: AsyncSession, *, pair: Pair) -> Sequence[ActionItem]:
    rows = await session.scalars(
        select(ActionItem)
        .where(ActionItem.pair_id == pair.id, ActionItem.done_at.is_(None))
        .order_by(ActionItem.due_on.asc().nulls_last(), ActionItem.id)
    )
    return rows.all()


async def leave_for_next_time(
    session: AsyncSession, *, occurrence: Occurrence, item_ids: Collection[int]
) -> None:
    """Off this agenda and on the list for the next; of what was suggested too."""
    await session.execute(
        update(AgendaItem)
        .where(
            AgendaItem.meeting_id == occurrence.id,
            AgendaItem.id.in_(item_ids),
            AgendaItem.state == ItemState.OPEN,
        )
        .values(meeting_id=None, carried=AgendaItem.carried + 1)
        .execution_options(synchronize_session=False)
    )


async def carry_over(session: AsyncSession, *, occurrence: Occurrence) -> Sequence[AgendaItem]:
    """What was not ticked off goes on the next list; what was only suggested is suggested again if it still holds."""
    left = (
        AgendaItem.meeting_id == occurrence.id,
        AgendaItem.state == ItemState.OPEN,
    )
    kept = await session.scalars(select(AgendaItem).where(*left, AgendaItem.suggested.is_(None)))
    carried = kept.all()
    await session.execute(
        update(AgendaItem)
        .where(*left, AgendaItem.suggested.is_not(None))
        .values(state=ItemState.DROPPED)
        .execution_options(synchronize_session=False)
    )
    await leave_for_next_time(session, occurrence=occurrence, item_ids=[item.id for item in carried])
    return carried


async def history(
    session: AsyncSession, *, pair: Pair, before: date | None = None
) -> tuple[Sequence[Occurrence], bool]:
    """The meetings they had, the newest first, and what was left out between them; and whether there are earlier ones."""
    cadence = await cadence_of(session, pair)
    rows = await session.scalars(
        select(Occurrence)
        .where(
            Occurrence.cadence_id == cadence.id,
            Occurrence.state != OccurrenceState.DUE,
            *([Occurrence.day < before] if before else []),
        )
        .order_by(Occurrence.day.desc())
        .limit(HISTORY_SHOWN + 1)
        .options(*schedule.WHOLE)
    )
    found = rows.all()
    return found[:HISTORY_SHOWN], len(found) > HISTORY_SHOWN
