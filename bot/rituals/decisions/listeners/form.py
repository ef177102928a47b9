"""In the form: rows, "More fields", drafts; and saving what it holds."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer
from bot.errors import Refusal
from bot.i18n import _
from bot.people import service as people
from bot.people.models import Team
from bot.records import drafts, links, sources
from bot.records import service as records
from bot.records.models import Draft, Relation, Source
from bot.rituals.decisions import ids, queries, service
from bot.rituals.decisions.listeners import finding
from bot.rituals.decisions.listeners.posting import post_card, update_card
from bot.rituals.decisions.models import Decision
from bot.rituals.decisions.service import DecisionFields
from bot.rituals.decisions.views import form, messages
from bot.rituals.decisions.views.form import FormState
from bot.slack.forms import Values, block_ids, read
from bot.slack.request import Request

# Changing how the form looks. The new view is on its way before the draft is written.


async def show_more(request: Request) -> None:
    state = form.state_of(request)
    usual = await _usual(request, state)
    request.update_view(form.form(replace(state, more=True, values=usual | state.values)))
    await drafts.keep_shown(request, state.values)


async def add_alternative(request: Request) -> None:
    state = form.state_of(request)
    request.update_view(form.form(replace(state, rows=(*state.rows, _next_row(state)))))
    await drafts.keep_shown(request, state.values)


async def remove_alternative(request: Request, value: str) -> None:
    state = form.state_of(request)
    left = tuple(row for row in state.rows if str(row) != value) or (_next_row(state),)
    kept = {
        name: typed for name, typed in state.values.items() if not name.startswith(f"alternatives.{value}.")
    }
    request.update_view(form.form(replace(state, rows=left, values=kept)))
    await drafts.keep_shown(request, kept)


async def resume_draft(request: Request) -> None:
    state = _without_offer(form.state_of(request))
    usual = await _usual(request, state)
    async with request.begin() as session:
        draft = await drafts.offered(session, request)
        if draft is not None:
            state = await _resumed(session, request, state, draft, usual)
            await drafts.resume(session, request, draft, usual)
    request.update_view(form.form(state))


async def _resumed(
    session: AsyncSession, request: Request, state: FormState, draft: Draft, usual: Values
) -> FormState:
    if "record" in state.ids:
        decision = await _own(session, request, state)
        values = await up_to_date(session, decision, draft)
    else:
        values = usual | state.values | draft.values
        if form.ABOUT in draft.ids:  # what it was begun about goes with it
            viewer = await request.see()
            record = await links.to_decide(session, viewer=viewer, record_id=draft.ids[form.ABOUT])
            state = form.about(state, record) if record else state
    return replace(
        state,
        ids={**state.ids, "ts": draft.ids.get("ts")},  # the message it was begun from goes with it
        values=values,
        rows=form.rows_of(draft.values),
        more=state.more or form.shows_more(draft.values, usual),
        generation=state.generation + 1,
    )


async def up_to_date(session: AsyncSession, decision: Decision, draft: Draft) -> Values:
    """What an edit's draft comes to on the record as others have left it since."""
    edits = await records.revisions_of(session, record=decision)
    was = records.undone(service.facts(decision), edits[int(draft.ids.get("edits") or 0) :])
    return drafts.brought_up_to_date(draft.values, form.values_from(was), form.values_of(decision))


async def discard_draft(request: Request) -> None:
    request.update_view(form.form(_without_offer(form.state_of(request))))
    async with request.begin() as session:
        await drafts.discard_offered(session, request)


def _without_offer(state: FormState) -> FormState:
    left = {name: value for name, value in state.ids.items() if name != drafts.OFFERED}
    return replace(state, ids=left, offer=None)


def _next_row(state: FormState) -> int:
    return max(state.rows, default=-1) + 1


async def _usual(request: Request, state: FormState) -> Values:
    """What stands in a field that nobody has touched."""
    channel_id = str(state.values.get("team") or state.ids.get("channel"))
    async with request.read() as session:
        if "record" in state.ids:
            return form.values_of(await _own(session, request, state))
        team = await people.team_of(session, workspace_id=request.actor.workspace_id, channel_id=channel_id)
        usual = form.usual(team, request.actor, request.now)
        if (replaces := _replaces(state)) is not None:
            viewer = await request.see()
            old = await records.by_id(session, viewer=viewer, kind=Decision, record_id=replaces[1])
            usual |= form.inherited(old)
    return usual


async def _own(session: AsyncSession, request: Request, state: FormState) -> Decision:
    """The decision that is being edited."""
    viewer = await request.see()
    return await records.by_id(session, viewer=viewer, kind=Decision, record_id=state.ids["record"])


# Saving


async def submit(request: Request) -> None:
    fields = read(DecisionFields, request.view)
    viewer = await request.see()
    if "record" in request.ids:
        await _save_edit(request, viewer, fields)
    else:
        await _save_new(request, viewer, fields)


async def _save_edit(request: Request, viewer: Viewer, fields: DecisionFields) -> None:
    state = form.state_of(request)
    async with request.begin() as session:
        await records.once(session, request)
        decision = await records.by_id(
            session, viewer=viewer, kind=Decision, record_id=state.ids["record"], action=Action.CHANGE
        )
        seen_edit = int(state.ids.get("edits", 0))
        await service.edit_decision(
            session,
            viewer=viewer,
            decision=decision,
            fields=fields,
            seen_edit=seen_edit,
            kept=state.ids.get(form.KEPT, ()),
            now=request.now,
        )
        await update_card(session, decision, request.now)
        await drafts.discard(session, request)
    await request.ack(response_action="clear")  # a page below still shows what was there before
    request.refresh_home()


async def _save_new(request: Request, viewer: Viewer, fields: DecisionFields) -> None:
    state = form.state_of(request)
    channel_id = str(state.values.get("team") or state.ids.get("channel") or "")
    if not viewer.sees(channel_id):
        raise Refusal(
            _(
                "I cannot see that channel. If it is a private one, invite me with `/invite` and try again. "
                "Your text is kept as a draft."
            )
        )
    choice = str(state.values.get(ids.SIMILAR) or "")
    async with request.read() as session:
        await records.turn_back(session, workspace_id=viewer.workspace_id, view_id=request.view["id"])
        team = await people.team_of(session, workspace_id=viewer.workspace_id, channel_id=channel_id)
        settled = choice or _replaces(state)
        similar = [] if settled else await queries.similar(session, viewer=viewer, title=fields.title)
        late = await _replaced_meanwhile(session, viewer, state)
    if late is not None:
        await request.ack(response_action="update", view=form.form(late))
        await drafts.keep_as(request, state.values, subject=late.ids[drafts.SUBJECT])
    elif similar:
        await request.ack(response_action="update", view=form.form(replace(state, similar=similar)))
        await drafts.keep_shown(request, state.values)
    elif choice.startswith(f"{form.OPEN_SIMILAR}:"):
        await drafts.keep_shown(
            request, {name: value for name, value in state.values.items() if name != ids.SIMILAR}
        )
        page = await finding.page(request, choice.partition(":")[2])
        await request.ack(response_action="update", view=page)
    else:
        facts = {} if team else await _new_team(request, channel_id)
        async with request.begin() as session:
            await _log(session, request, viewer, fields, state, team=team, facts=facts, choice=choice)
        await request.ack()
        request.refresh_home()


async def _log(
    session: AsyncSession,
    request: Request,
    viewer: Viewer,
    fields: DecisionFields,
    state: FormState,
    *,
    team: Team | None,
    facts: dict[str, str],
    choice: str,
) -> None:
    submission = await records.once(session, request)
    channel_id = str(state.values.get("team") or state.ids["channel"])
    if team is None:
        team = await people.ensure_team(
            session, actor=viewer, channel_id=channel_id, now=request.now, **facts
        )
    else:
        session.add(team)  # read before; what is read from here on points to this one
    replaces = await _replaced(session, viewer, state, choice)
    about = await links.to_decide(session, viewer=viewer, record_id=state.ids.get(form.ABOUT))
    decision = await service.log_decision(
        session,
        viewer=viewer,
        team=team,
        fields=_with_usual(fields, request, team, replaces),
        now=request.now,
        source=await _source(session, team, state),
        replaces=replaces,
        about=about,
    )
    submission.record_id = decision.id
    await post_card(session, decision, request.now)
    if replaces:
        await update_card(session, replaces[1], request.now)
    await drafts.discard(session, request)


async def _new_team(request: Request, channel_id: str) -> dict[str, str]:
    facts = await request.directory.new_team(
        request.slack, request.actor, home=request.workspace.slack_id, channel_id=channel_id
    )
    return {**facts, "name": facts["name"] or channel_id}


def _with_usual(
    fields: DecisionFields, request: Request, team: Team, replaces: tuple[Relation, Decision] | None
) -> DecisionFields:
    """What stands behind "More fields" has its usual value until somebody has opened that and said otherwise."""
    usual = form.usual(team, request.actor, request.now)
    if replaces is not None:
        usual |= form.inherited(replaces[1])
    on_screen = block_ids(request.view)
    hidden = {name: value for name, value in usual.items() if name not in on_screen}
    return DecisionFields.model_validate({**fields.model_dump(), **hidden})


def _replaces(state: FormState) -> tuple[Relation, object] | None:
    held: Mapping[str, Any] = state.ids
    for relation in (Relation.SUPERSEDES, Relation.REVERSES):
        if relation.value in held:
            return relation, held[relation.value]
    return None


async def _replaced_meanwhile(session: AsyncSession, viewer: Viewer, state: FormState) -> FormState | None:
    """The form as one of a decision of its own, asked what it is to the one that was faster; None where nobody was."""
    replaces = _replaces(state)
    if replaces is None:
        return None
    relation, record_id = replaces
    old = await records.by_id(session, viewer=viewer, kind=Decision, record_id=record_id)
    if old.stands:
        return None
    held = {name: value for name, value in state.ids.items() if name != relation.value}
    return replace(
        state,
        ids={**held, drafts.SUBJECT: drafts.of_channel(old.channel_id)},
        heading=messages.replaced_meanwhile(old),
        similar=[row for row in await service.chain(session, viewer=viewer, decision=old) if row.stands][:3],
    )


async def _replaced(
    session: AsyncSession, viewer: Viewer, state: FormState, choice: str
) -> tuple[Relation, Decision] | None:
    """The earlier decision that this one takes the place of: by the button it began with, or chosen in the form."""
    wanted = _replaces(state) or ((Relation.SUPERSEDES, choice) if choice.isdigit() else None)
    if wanted is None:
        return None
    relation, record_id = wanted
    old = await records.by_id(
        session, viewer=viewer, kind=Decision, record_id=record_id, action=Action.CHANGE
    )
    service.require_standing(old)
    return relation, old


async def _source(session: AsyncSession, team: Team, state: FormState) -> Source | None:
    """The message the form was opened from, if it was said in the channel that will read the record."""
    ts = state.ids.get("ts")
    if not ts or state.ids.get("channel") != team.channel_id:
        return None
    return await sources.find(session, workspace_id=team.workspace_id, channel_id=team.channel_id, ts=str(ts))
