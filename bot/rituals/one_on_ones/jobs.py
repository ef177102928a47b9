"""What the 1:1 does by itself: asks the two beforehand, lays the agenda before them, closes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Actor, Viewer
from bot.outbox import service as outbox
from bot.people import service as people
from bot.ritual import Suggestion
from bot.rituals.one_on_ones import service
from bot.rituals.one_on_ones.models import Pair
from bot.rituals.one_on_ones.views import messages
from bot.schedule import service as schedule
from bot.schedule import snooze, words
from bot.schedule.models import Cadence, Occurrence
from bot.schedule.plan import CLOSE, START
from bot.schedule.worker import Moment, Step, Timed, its_people
from bot.slack.blocks import Payload
from bot.workspaces.models import Workspace

AGENDA = "agenda"
AGENDA_USEFUL = timedelta(hours=4)  # after that there is nothing left to lay before them


async def send_prompt(session: AsyncSession, *, moment: Moment) -> None:
    """Each is asked alone."""
    pair = await service.pair_for(session, moment.cadence)
    for user_id in pair.user_ids:
        await moment.post(
            session,
            name=service.PROMPT,
            recipient=user_id,
            payload=await _prompt(session, pair, moment.occurrence, user_id),
            useful_until=moment.occurrence.starts_at,
        )


async def ask_again(
    session: AsyncSession, *, pair: Pair, occurrence: Occurrence, user_id: str, at: datetime, now: datetime
) -> None:
    """The same questions at a later time, because this person wanted them then."""
    await snooze.ask_again(
        session,
        occurrence=occurrence,
        user_id=user_id,
        payload=await _prompt(session, pair, occurrence, user_id),
        at=at,
        now=now,
    )


async def _prompt(session: AsyncSession, pair: Pair, occurrence: Occurrence, user_id: str) -> Payload:
    waiting = await service.waiting_items(session, pair=pair, viewer_id=user_id)
    left_out = await schedule.left_out_before(session, cadence=occurrence.cadence, before=occurrence)
    kept = await service.kept_answers(session, occurrence=occurrence, left_out=left_out, user_id=user_id)
    return messages.prompt(
        pair, occurrence, user_id=user_id, left_out=left_out, kept=kept, waiting=len(waiting)
    )


async def send_agenda(session: AsyncSession, *, moment: Moment) -> None:
    pair = await service.pair_for(session, moment.cadence)
    suggestions = await _suggestions(session, pair, moment)
    occurrence = moment.occurrence
    await service.begin(session, pair=pair, occurrence=occurrence, suggestions=suggestions, now=moment.now)
    payload = messages.agenda(await service.meeting(session, pair=pair, occurrence=occurrence))
    for recipient in pair.recipients:
        await moment.post(
            session,
            name=AGENDA,
            recipient=recipient,
            people=pair.user_ids if recipient == pair.conversation_id else (),
            payload=payload,
            useful_until=occurrence.starts_at + AGENDA_USEFUL,
        )


async def _suggestions(session: AsyncSession, pair: Pair, moment: Moment) -> Sequence[Suggestion]:
    """What their team's records suggest, as far as both can see it."""
    both = _what_both_see(moment.viewers, pair)
    if both is None or pair.team_id is None:
        return []
    team = await people.team_by_id(session, workspace_id=pair.workspace_id, team_id=pair.team_id)
    return await moment.suggest(session, viewer=both, team=team, now=moment.now) if team else []


def _what_both_see(viewers: Mapping[str, Viewer], pair: Pair) -> Viewer | None:
    """They read one agenda together, so that it holds only what neither has to be refused."""
    first, second = (viewers.get(user_id) for user_id in pair.user_ids)
    if first is None or second is None:
        return None
    return Viewer(
        workspace_id=pair.workspace_id,
        user_id=first.user_id,
        kind=first.kind,
        is_admin=False,
        channels=first.channels & second.channels,
        joined=first.joined & second.joined,
    )


async def update_agenda(session: AsyncSession, *, pair: Pair, occurrence: Occurrence, now: datetime) -> None:
    """Bring the agenda, wherever it was posted, to what it is now."""
    payload = messages.agenda(await service.meeting(session, pair=pair, occurrence=occurrence))
    for delivery_id, _recipient in await _agendas(session, occurrence):
        await outbox.update(session, workspace_id=pair.workspace_id, of=delivery_id, payload=payload, now=now)


async def _agendas(session: AsyncSession, occurrence: Occurrence) -> Sequence[tuple[str, str]]:
    """Delivery id and recipient: one in their group DM, or one in each one's own."""
    return await outbox.deliveries_of(
        session, workspace_id=occurrence.workspace_id, source=schedule.source(occurrence, AGENDA)
    )


async def close(session: AsyncSession, *, moment: Moment) -> None:
    """What is left goes on the next list; the two get what it came to, in the agenda's thread."""
    occurrence = moment.occurrence
    pair = await service.pair_for(session, moment.cadence)
    done = await service.meeting(session, pair=pair, occurrence=occurrence)
    carried = await service.carry_over(session, occurrence=occurrence)
    await update_agenda(session, pair=pair, occurrence=occurrence, now=moment.now)
    for delivery_id, recipient in await _agendas(session, occurrence):
        await moment.post(
            session,
            name="summary",
            recipient=recipient,
            payload=messages.summary(done, carried, now=moment.now),
            thread_of=delivery_id,
        )


async def leave_out(
    session: AsyncSession, *, moment: Moment, gone: Sequence[str], why: str, following: Occurrence | None
) -> None:
    """Who is there is told; who is away is left in peace."""
    pair = await service.pair_for(session, moment.cadence)
    upcoming = words.upcoming(moment.cadence, following, now=moment.now)
    said = messages.told(pair, messages.left_out_words(moment.occurrence, why, upcoming))
    for user_id in pair.user_ids:
        if user_id not in gone:
            await moment.post(
                session,
                name="left_out",
                recipient=user_id,
                payload=said,
                useful_until=moment.occurrence.starts_at + AGENDA_USEFUL,
            )


async def somebody_left(session: AsyncSession, *, cadence: Cadence, user_id: str, now: datetime) -> None:
    """The other one is told, alone: what they wrote stays theirs to read."""
    pair = await service.pair_for(session, cadence)
    await _tell(session, pair, [pair.other(user_id)], messages.left_words(user_id), now=now)


async def zone_changed(
    session: AsyncSession, *, cadence: Cadence, following: Occurrence | None, now: datetime
) -> None:
    pair = await service.pair_for(session, cadence)
    said = messages.zone_words(cadence, words.upcoming(cadence, following, now=now))
    await _tell(session, pair, pair.recipients, said, now=now)


async def team_changed(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """The two who were its PM and tech lead are told, and decide themselves: nothing of theirs changes by itself."""
    team = await people.team_by_id(session, workspace_id=workspace.id, team_id=event["team"])
    if team is None:
        return
    before, after = {*event["was"]} - {None}, {team.pm_id, team.lead_id}
    first, second = (*sorted(filter(None, before)), "", "")[:2]
    pair = await service.pair_with(session, actor=Actor(team.workspace_id, first), other_id=second)
    if pair is None or pair.ended_at is not None or pair.team_id != team.id or before <= after:
        return
    said = messages.team_changed(pair, team)
    await _post(session, pair, pair.recipients, said, now=now)


async def _tell(
    session: AsyncSession, pair: Pair, recipients: Sequence[str], said: str, *, now: datetime
) -> None:
    await _post(session, pair, recipients, messages.told(pair, said), now=now)


async def _post(
    session: AsyncSession, pair: Pair, recipients: Sequence[str], payload: Payload, *, now: datetime
) -> None:
    for recipient in recipients:
        await outbox.post(
            session,
            workspace_id=pair.workspace_id,
            source=f"{service.RITUAL}:told:{pair.id}:{now:%Y%m%d%H%M%S}",
            recipient=recipient,
            payload=payload,
            now=now,
        )


timed = Timed(
    steps={
        service.PROMPT: Step(run=send_prompt),
        START: Step(run=send_agenda, grace=AGENDA_USEFUL, sees=its_people),
        CLOSE: Step(run=close),
    },
    leave_out=leave_out,
    somebody_left=somebody_left,
    zone_changed=zone_changed,
)
