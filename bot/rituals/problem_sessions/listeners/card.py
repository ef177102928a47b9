"""On the card and the page of a problem: seen again, opened, changed, withdrawn."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, require
from bot.records import drafts, links
from bot.records import service as records
from bot.records.views import show_page
from bot.rituals.problem_sessions import ids, jobs
from bot.rituals.problem_sessions.listeners.form import up_to_date
from bot.rituals.problem_sessions.models import Problem
from bot.rituals.problem_sessions.service import problems, sessions
from bot.rituals.problem_sessions.views import form, messages, page
from bot.rituals.problem_sessions.views.form import FormState
from bot.slack.blocks import Payload
from bot.slack.request import Request


async def open_seen(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.read() as session:
        problem = await _problem(session, viewer, value, Action.READ)
    records.require_standing(problem)
    request.open_view(form.seen_again(problem))


async def submit_seen(request: Request) -> None:
    evidence = str(request.values.get("evidence") or "").strip()
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        problem = await _problem(session, viewer, request.ids.get("record"), Action.ACKNOWLEDGE)
        await problems.see_again(session, viewer=viewer, problem=problem, evidence=evidence, now=request.now)
        await jobs.update_open(session, problem, now=request.now)
    await request.ack(response_action="clear")  # a page below still shows what was there before
    request.tell(messages.counted(problem))
    request.refresh_home()


async def open_page(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.read() as session:
        problem = await _problem(session, viewer, value, Action.READ)
        view = await page_of(session, viewer, problem)
    show_page(request, view)


async def page_of(session: AsyncSession, viewer: Viewer, problem: Problem) -> Payload:
    picks = await sessions.ideas_about(session, problem=problem)
    revisions = await records.revisions_of(session, record=problem)
    decided = await links.decisions_about(session, problem, viewer=viewer)
    return page.page(problem, picks, decided=decided, viewer=viewer, revisions=revisions)


async def change(request: Request, value: str) -> None:
    """The card's menu and the page's buttons: `open:12`, `edit:12`, `withdraw:12`."""
    what, _colon, record_id = value.partition(":")
    if what == "open":
        await open_page(request, record_id)
        return
    viewer = await request.see()
    async with request.read() as session:
        problem = await _problem(session, viewer, record_id, Action.READ)
        require(viewer, Action.WITHDRAW if what == "withdraw" else Action.CHANGE, problem)
        records.require_standing(problem)
        is_mistake = what == "withdraw"
        view = form.withdrawal(problem) if is_mistake else await _edit_form(session, viewer, problem)
    request.open_view(view)


async def _edit_form(session: AsyncSession, viewer: Viewer, problem: Problem) -> Payload:
    subject = f"record:{problem.id}"
    values = form.values_of(problem)
    draft = await drafts.newest(session, actor=viewer, form=ids.FORM, subjects=[subject])
    if draft is not None and await up_to_date(session, problem, draft) == values:
        draft = None  # it holds no change
    edits = len(await records.revisions_of(session, record=problem))
    held = {"record": problem.id, "edits": edits, drafts.SUBJECT: subject}
    state = FormState(ids=held, values=values, more=form.shows_more(values))
    return form.form(form.offering(state, draft))


async def submit_withdrawal(request: Request) -> None:
    why = records.typed_reason(request)
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        problem = await _problem(session, viewer, request.ids.get("record"), Action.WITHDRAW)
        await records.withdraw(session, viewer=viewer, record=problem, why=why, now=request.now)
        await jobs.update_open(session, problem, now=request.now)
    await request.ack(response_action="clear")
    request.refresh_home()


async def _problem(session: AsyncSession, viewer: Viewer, record_id: object, action: Action) -> Problem:
    return await records.by_id(session, viewer=viewer, kind=Problem, record_id=record_id, action=action)
