"""What the decision log does by itself: on the day to look at a decision again it asks those who made it."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.rituals.decisions import queries, service
from bot.rituals.decisions.views import again
from bot.schedule.plan import START
from bot.schedule.worker import Moment, Step, Timed

ASKS_UNTIL = timedelta(hours=8)  # later it is asked on the next working day


async def ask_again(session: AsyncSession, *, moment: Moment) -> None:
    """Once for each date: who does not answer has it in their Home."""
    today = moment.occurrence.starts_on
    for decision in await queries.due_again(session, team_id=moment.cadence.subject_id, today=today):
        for user_id in service.makers_of(decision):
            await moment.post(
                session,
                name=f"again:{decision.id}:{decision.revisit_on}",
                recipient=user_id,
                payload=again.question(decision),
            )
        decision.revisit_asked_on = decision.revisit_on


timed = Timed(steps={START: Step(run=ask_again, grace=ASKS_UNTIL)})
