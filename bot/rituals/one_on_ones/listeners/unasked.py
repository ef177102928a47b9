"""What the 1:1 brings up unasked, in App Home."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Kind, Viewer
from bot.rituals.one_on_ones import service
from bot.rituals.one_on_ones.models import Answer
from bot.rituals.one_on_ones.views import page
from bot.schedule import service as schedule
from bot.schedule.models import Occurrence
from bot.slack.home import HomeItem, HomeSection


async def home(session: AsyncSession, *, viewer: Viewer, now: datetime) -> HomeSection | None:
    if viewer.kind not in (Kind.MEMBER, Kind.GUEST):
        return None
    rows = []
    for pair in await service.pairs_of(session, actor=viewer):
        cadence = await service.cadence_of(session, pair)
        following = await schedule.next_of(session, cadence=cadence)
        waiting = await service.waiting_items(session, pair=pair, viewer_id=viewer.user_id)
        rows.append((pair, cadence, following, len(waiting)))
    return page.home(rows, user_id=viewer.user_id, now=now)


async def waiting(session: AsyncSession, *, viewer: Viewer, now: datetime) -> list[HomeItem]:
    """Questions that were asked and not answered yet."""
    items = []
    for pair in await service.pairs_of(session, actor=viewer):
        occurrence = await service.next_meeting(session, pair=pair)
        if occurrence is None or occurrence.step == service.PROMPT:
            continue
        if any(step.name == service.PROMPT for step in occurrence.cadence.step_times):
            given = await service.answers_of(session, occurrence=occurrence, user_id=viewer.user_id)
            if not given and not await _kept(session, occurrence, viewer):
                items.append(page.to_answer(pair, occurrence, user_id=viewer.user_id, since=now))
    return items


async def _kept(session: AsyncSession, occurrence: Occurrence, viewer: Viewer) -> Sequence[Answer]:
    """What they said for one that was left out; it is shown in this one."""
    left_out = await schedule.left_out_before(session, cadence=occurrence.cadence, before=occurrence)
    return await service.kept_answers(
        session, occurrence=occurrence, left_out=left_out, user_id=viewer.user_id
    )
