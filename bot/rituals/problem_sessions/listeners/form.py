"""In the form of a problem: "More", drafts; and saving what it holds."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer
from bot.errors import FieldRefusal, Refusal
from bot.i18n import _
from bot.people import service as people
from bot.people.models import Team
from bot.records import cards, drafts, sources
from bot.records import service as records
from bot.records.models import Draft, Source
from bot.rituals.problem_sessions import ids, jobs
from bot.rituals.problem_sessions.models import Problem
from bot.rituals.problem_sessions.service import problems, sessions
from bot.rituals.problem_sessions.service.problems import ProblemFields
from bot.rituals.problem_sessions.service.wording import solution_in
from bot.rituals.problem_sessions.views import form, messages
from bot.rituals.problem_sessions.views.form import FormState
from bot.slack.forms import Values, block_ids, read
from bot.slack.request import Request


async def show_more(request: Request) -> None:
    state = form.state_of(request)
    values = {**await _hidden(request, state), **state.values}
    request.update_view(form.form(replace(state, more=True, values=values)))
    await drafts.keep_shown(request, state.values)


async def _hidden(request: Request, state: FormState) -> Values:
    """What an edited problem has behind "More"."""
    if "record" not in state.ids:
        return {}
    viewer = await request.see()
    async with request.read() as session:
        problem = await _edited(session, viewer, state, Action.READ)
    return {name: value for name, value in form.values_of(problem).items() if name in form.MORE_FIELDS}


async def resume_draft(request: Request) -> None:
    state = form.without_offer(form.state_of(request))
    usual: Values = {"team": state.values.get("team")}  # nobody has typed that
    viewer = await request.see()
    async with request.begin() as session:
        draft = await drafts.offered(session, request)
        if draft is not None:
            if "record" in state.ids:
                problem = await _edited(session, viewer, state, Action.READ)
                usual, values = form.values_of(problem), await up_to_date(session, problem, draft)
            else:
                values = {**state.values, **draft.values}
            await drafts.resume(session, request, draft, usual)
            state = replace(
                state,
                ids={**state.ids, "ts": draft.ids.get("ts")},  # the message it was begun from goes with it
                values=values,
                more=state.more or form.shows_more(values),
                generation=state.generation + 1,
            )
    request.update_view(form.form(state))


async def up_to_date(session: AsyncSession, problem: Problem, draft: Draft) -> Values:
    """What an edit's draft comes to on the problem as others have left it since."""
    edits = await records.revisions_of(session, record=problem)
    was = records.undone(problems.facts(problem), edits[int(draft.ids.get("edits") or 0) :])
    return drafts.brought_up_to_date(draft.values, form.values_from(was), form.values_of(problem))


async def discard_draft(request: Request) -> None:
    request.update_view(form.form(form.without_offer(form.state_of(request))))
    async with request.begin() as session:
        await drafts.discard_offered(session, request)


async def _edited(session: AsyncSession, viewer: Viewer, state: FormState, action: Action) -> Problem:
    return await records.by_id(
        session, viewer=viewer, kind=Problem, record_id=state.ids["record"], action=action
    )


# Saving


async def submit(request: Request) -> None:
    fields, state = read(ProblemFields, request.view), form.state_of(request)
    viewer = await request.see()
    if "record" in state.ids:
        await _save_edit(request, viewer, fields, state)
    else:
        await _save_new(request, viewer, fields, state)


async def _save_edit(request: Request, viewer: Viewer, fields: ProblemFields, state: FormState) -> None:
    async with request.begin() as session:
        await records.once(session, request)
        problem = await _edited(session, viewer, state, Action.CHANGE)
        on_screen = block_ids(request.view)
        kept = {name: value for name, value in problems.facts(problem).items() if name not in on_screen}
        await problems.edit_problem(
            session,
            viewer=viewer,
            problem=problem,
            fields=fields.model_copy(update=kept),
            seen_edit=int(state.ids.get("edits", 0)),
            now=request.now,
        )
        await jobs.update_open(session, problem, now=request.now)
        await drafts.discard(session, request)
    await request.ack(response_action="clear")  # a page below still shows what was there before
    request.refresh_home()


async def _save_new(request: Request, viewer: Viewer, fields: ProblemFields, state: FormState) -> None:
    """Asks first when it sounds like a solution, or like a problem that is logged already; both can be overridden."""
    channel_id = str(state.values.get("team") or state.ids.get("channel") or "")
    _require_channel(viewer, channel_id)
    async with request.read() as session:
        await records.turn_back(session, workspace_id=viewer.workspace_id, view_id=request.view["id"])
        team = await people.team_of(session, workspace_id=viewer.workspace_id, channel_id=channel_id)
        asking = await _asking(session, team, fields, state)
    if asking is not None:
        await _ask(request, asking)
    elif (same := form.counted_instead(state)) is not None:
        await _count(request, viewer, fields, same)
    else:
        await _log(request, viewer, fields, state, channel_id=channel_id, team=team)


def _require_channel(viewer: Viewer, channel_id: str) -> None:
    if not viewer.sees(channel_id):
        raise Refusal(
            _(
                "I cannot see that channel. If it is a private one, invite me with `/invite` and try again. "
                "Your text is kept as a draft."
            )
        )


async def _asking(
    session: AsyncSession, team: Team | None, fields: ProblemFields, state: FormState
) -> FormState | None:
    """The form with what is asked before it is saved; nothing when there is nothing to ask, or it is answered."""
    if form.counted_instead(state) is not None:
        return None
    sounds_like, similar = None, []
    if not state.values.get(ids.WORDING):
        words = await sessions.solution_words_of(session, team)
        sounds_like = solution_in(f"{fields.title}\n{fields.happens}", words)
    if team is not None and not state.values.get(ids.SIMILAR):
        similar = [*await problems.similar(session, team=team, title=fields.title)]
    if sounds_like is None and not similar:
        return None
    return replace(state, sounds_like=sounds_like, similar=similar)


async def _ask(request: Request, asking: FormState) -> None:
    """The form again, with the questions; who left the one about the wording unanswered is told how to go on.

    Raises:
        FieldRefusal
    """
    if ids.WORDING in block_ids(request.view) and not asking.similar:
        raise FieldRefusal(
            {ids.WORDING: _("Tick this to log it as it is, or write above what goes wrong today.")}
        )
    await request.ack(response_action="update", view=form.form(asking))
    await drafts.keep_shown(request, asking.values)


async def _count(request: Request, viewer: Viewer, fields: ProblemFields, record_id: str) -> None:
    """It is one that is there already: all that was typed goes to that one as evidence."""
    evidence = problems.as_evidence(fields)
    async with request.begin() as session:
        submission = await records.once(session, request)
        problem = await records.by_id(
            session, viewer=viewer, kind=Problem, record_id=record_id, action=Action.ACKNOWLEDGE
        )
        await problems.see_again(session, viewer=viewer, problem=problem, evidence=evidence, now=request.now)
        submission.record_id = problem.id
        await jobs.update_open(session, problem, now=request.now)
        await drafts.discard(session, request)
    await request.ack()
    request.tell(messages.counted(problem))
    request.refresh_home()


async def _log(
    request: Request,
    viewer: Viewer,
    fields: ProblemFields,
    state: FormState,
    *,
    channel_id: str,
    team: Team | None,
) -> None:
    facts = {} if team else await new_team(request, channel_id)
    async with request.begin() as session:
        submission = await records.once(session, request)
        if team is None:
            team = await people.ensure_team(
                session, actor=viewer, channel_id=channel_id, now=request.now, **facts
            )
        source = await _source(session, team, state)
        problem = await problems.log_problem(
            session, viewer=viewer, team=team, fields=fields, now=request.now, source=source
        )
        submission.record_id = problem.id
        payload = messages.card(problem, await problems.muted_in(session, problem))
        await cards.post(session, problem, payload, ritual=sessions.RITUAL, now=request.now)
        await drafts.discard(session, request)
    await request.ack()
    request.refresh_home()


async def new_team(request: Request, channel_id: str) -> dict[str, str]:
    """What a team is called, and its zone, that is made by the first record of its channel."""
    facts = await request.directory.new_team(
        request.slack, request.actor, home=request.workspace.slack_id, channel_id=channel_id
    )
    return {**facts, "name": facts["name"] or channel_id}


async def _source(session: AsyncSession, team: Team, state: FormState) -> Source | None:
    """The message the form was opened from, if it was said in the channel that will read the record."""
    ts = state.ids.get("ts")
    if not ts or state.ids.get("channel") != team.channel_id:
        return None
    return await sources.find(session, workspace_id=team.workspace_id, channel_id=team.channel_id, ts=str(ts))
