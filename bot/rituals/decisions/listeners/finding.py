"""Finding decisions: searches, lists, and one record's page."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Viewer
from bot.errors import Refusal
from bot.i18n import _
from bot.records import service as records
from bot.rituals.decisions import queries, service
from bot.rituals.decisions.models import Decision
from bot.rituals.decisions.views import messages
from bot.rituals.decisions.views import page as pages
from bot.slack.blocks import Payload
from bot.slack.request import Request


async def found(request: Request, typed: str, *, title: str) -> Payload:
    """`title`: what to call it when they log it after all."""
    viewer = await request.see()
    wanted = queries.parse(typed, user_id=viewer.user_id)
    today = await request.today()
    async with request.read() as session:
        result = await queries.search(session, viewer=viewer, wanted=wanted, today=today)
    return messages.results(result, typed=typed, title=title)


async def search_from_home(request: Request, value: str) -> None:
    if value.strip():
        request.open_view(messages.as_modal(await found(request, value.strip(), title=value.strip())))


async def listed(request: Request, typed: str, wanted: queries.Wanted, offset: int = 0) -> Payload:
    viewer, today = await request.see(), await request.today()
    async with request.read() as session:
        rows, total = await queries.listed(session, viewer=viewer, wanted=wanted, today=today, offset=offset)
    return messages.listing(rows, total=total, offset=offset, typed=typed)


async def show_next_page(request: Request, value: str) -> None:
    offset, _colon, typed = value.partition(":")
    wanted = queries.parse_list(typed, user_id=request.actor.user_id)
    if wanted is None or not (records.is_number(offset) and len(offset) < 7):
        raise Refusal(_("That list is too old to go on. `/decision list` starts it again."))
    request.tell(await listed(request, typed, wanted, int(offset)))


async def page(request: Request, record_id: object) -> Payload:
    viewer = await request.see()
    async with request.read() as session:
        decision = await records.by_id(session, viewer=viewer, kind=Decision, record_id=record_id)
        return await _whole(session, viewer, decision)


async def page_by_name(request: Request, name: str) -> Payload:
    viewer = await request.see()
    async with request.read() as session:
        decision = await records.by_name(session, viewer=viewer, kind=Decision, name=name)
        return await _whole(session, viewer, decision)


async def _whole(session: AsyncSession, viewer: Viewer, decision: Decision) -> Payload:
    return pages.page(
        await service.sheet(session, decision, viewer=viewer),
        viewer=viewer,
        chain=await service.chain(session, viewer=viewer, decision=decision),
        revisions=await service.history(session, decision, viewer=viewer),
    )
