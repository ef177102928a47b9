"""One function per interaction with decisions: read, call the service, leave what is to be posted, answer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Actor, Viewer, missing, require
from bot.errors import FieldRefusal, NotFound, Refusal
from bot.i18n import _
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Team
from bot.records import drafts, sources
from bot.records import service as records
from bot.records.models import Relation, Source, SourceState
from bot.ritual import AgendaItem
from bot.rituals.decisions import ids, queries, service
from bot.rituals.decisions.models import Answer, Decision
from bot.rituals.decisions.service import DecisionFields
from bot.rituals.decisions.views import form as forms
from bot.rituals.decisions.views import home as home_views
from bot.rituals.decisions.views import messages, page
from bot.rituals.decisions.views.form import FormState
from bot.slack.blocks import Payload
from bot.slack.directory import Directory
from bot.slack.forms import Values, block_ids, read
from bot.slack.home import HomeItem, HomeSection
from bot.slack.request import Ack, OpenForm, See, Sessions, ShowView, Tell
from bot.slack.text import shortened
from bot.workspaces.installations import Installation
from bot.workspaces.models import Workspace

UNANSWERED_DAYS = 3  # after that an open "do you know?" is worth a line in the 1:1

# Doors


async def run_command(
    ack: Ack,
    text: str,
    actor: Actor,
    body: dict[str, Any],
    channel_id: str,
    see: See,
    db: Sessions,
    now: datetime,
    open_form: OpenForm,
    open_view: ShowView,
) -> None:
    """`/decision …`: a first word is a keyword only when the rest makes sense for it; a title is never lost."""
    word, _space, rest = text.partition(" ")
    rest = rest.strip()
    match word.lower():
        case "help" if not rest:
            await ack(**messages.help_text())
        case "why" | "search" | "find":
            await ack(**(await _found(rest, see, db, now) if rest else messages.help_text()))
        case "list" if (wanted := queries.parse_list(rest, user_id=actor.user_id)) is not None:
            await ack(**await _listed(rest, wanted, await see(), db, now))
        case "show" if re.fullmatch(r"[Dd]?-?\d+", rest):
            open_view(await _page_by_name(rest, see, db))
        case _:
            await _open(body, actor, db, now, open_form, see, channel_id=channel_id, title=text)


async def open_new(
    body: dict[str, Any], actor: Actor, db: Sessions, now: datetime, open_form: OpenForm, see: See, value: str
) -> None:
    """From Home, from a search that found nothing, or from a global shortcut."""
    title = "" if value == "new" else value
    await _open(body, actor, db, now, open_form, see, channel_id=_channel(body), title=title)


async def open_by_shortcut(
    body: dict[str, Any], actor: Actor, db: Sessions, now: datetime, open_form: OpenForm, see: See
) -> None:
    await _open(body, actor, db, now, open_form, see, channel_id=None)


async def open_from_message(
    body: dict[str, Any],
    message: dict[str, Any],
    channel_id: str,
    actor: Actor,
    db: Sessions,
    now: datetime,
    open_form: OpenForm,
    see: See,
) -> None:
    """The message shortcut, the main door in threads: the message is copied at once, as Slack may forget it."""
    said = str(message.get("text") or "")
    first = said.strip().splitlines()[0] if said.strip() else ""
    typed: Values = {"title": shortened(first, 150), "context": said[:3_000]}
    await _open(
        body, actor, db, now, open_form, see, channel_id=channel_id, source_ts=message["ts"], values=typed
    )
    async with db.begin() as session:
        await sources.copy(session, workspace_id=actor.workspace_id, channel_id=channel_id, message=message, now=now)


async def open_captured(
    body: dict[str, Any], actor: Actor, db: Sessions, now: datetime, open_form: OpenForm, see: See, value: str
) -> None:
    """The button that the team's emoji brought."""
    channel_id, _colon, ts = value.partition(":")
    await _open(body, actor, db, now, open_form, see, channel_id=channel_id, source_ts=ts)
    async with db.begin() as session:
        await sources.copy(
            session, workspace_id=actor.workspace_id, channel_id=channel_id, message={"ts": ts}, now=now
        )


async def _open(
    body: dict[str, Any],
    actor: Actor,
    db: Sessions,
    now: datetime,
    open_form: OpenForm,
    see: See,
    *,
    channel_id: str | None,
    title: str = "",
    source_ts: str = "",
    values: Values | None = None,
) -> None:
    """The form with what is known at once; defaults, teams and the offer of a draft come from one short read."""
    in_channel = channel_id is not None and channel_id[:1] in "CG"
    held = {
        "channel": channel_id if in_channel else None,
        "ts": source_ts or None,
        "draft": f"channel:{channel_id if in_channel else 'any'}",
    }
    typed: Values = {"title": title[:150], "context": title if len(title) > 150 else ""} | (values or {})
    usual = forms.defaults(None, user_id=actor.user_id, today=now.date().isoformat())
    bare = FormState(ids=held, values=usual | typed)

    async def full() -> Payload:
        subject = held["draft"]
        if in_channel:
            async with db.read() as session:
                team = await people.team_of(session, workspace_id=actor.workspace_id, channel_id=str(channel_id))
                draft = await drafts.find(session, actor=actor, form=ids.FORM, subject=subject)
            state = replace(bare, values=_usual(team, actor, now) | typed)
        else:
            viewer = await see()
            async with db.read() as session:
                teams = await people.teams_of(session, viewer=viewer)
                draft = await drafts.find(session, actor=actor, form=ids.FORM, subject=subject)
            if not teams:
                return page.notice(_("No team yet"), no_team_words())
            state = replace(
                bare,
                teams=[(team.name, team.channel_id) for team in teams[:100]],
                values=_usual(teams[0], actor, now) | typed,
            )
        return forms.form(replace(state, draft_from=draft.updated_at) if draft else state)

    await open_form(forms.form(bare), full)


def no_team_words() -> str:
    return _(
        "A decision belongs to a team's channel, and I know none of yours yet. "
        "Type `/decision` in the channel, or set the team up with `/partner team`."
    )


def _usual(team: Team | None, actor: Actor, now: datetime) -> Values:
    zone = ZoneInfo(team.timezone) if team else ZoneInfo("UTC")
    return forms.defaults(team, user_id=actor.user_id, today=now.astimezone(zone).date().isoformat())


def _channel(body: Mapping[str, Any]) -> str | None:
    return (body.get("channel") or {}).get("id")


# In the form


async def more_fields(
    view: dict[str, Any], values: Values, ids: dict[str, Any], update_view: ShowView, actor: Actor, db: Sessions, now: datetime
) -> None:
    state = forms.state_of(view, values, ids)
    usual = await _usual_of(state, actor, db, now)
    update_view(forms.form(replace(state, more=True, values=usual | values)))
    await drafts.keep_shown(view, values, ids, actor, db, now)


async def add_alternative(
    view: dict[str, Any], values: Values, ids: dict[str, Any], update_view: ShowView, actor: Actor, db: Sessions, now: datetime
) -> None:
    state = forms.state_of(view, values, ids)
    update_view(forms.form(replace(state, rows=(*state.rows, max(state.rows, default=-1) + 1))))
    await drafts.keep_shown(view, values, ids, actor, db, now)


async def remove_alternative(
    view: dict[str, Any],
    values: Values,
    ids: dict[str, Any],
    value: str,
    update_view: ShowView,
    actor: Actor,
    db: Sessions,
    now: datetime,
) -> None:
    state = forms.state_of(view, values, ids)
    left = tuple(row for row in state.rows if str(row) != value) or (max(state.rows, default=-1) + 1,)
    kept = {name: typed for name, typed in values.items() if not name.startswith(f"alternatives.{value}.")}
    update_view(forms.form(replace(state, rows=left, values=kept)))
    await drafts.keep_shown(view, kept, ids, actor, db, now)


async def resume_draft(
    view: dict[str, Any], values: Values, ids: dict[str, Any], update_view: ShowView, actor: Actor, db: Sessions, now: datetime
) -> None:
    state = forms.state_of(view, values, ids)
    async with db.read() as session:
        draft = await drafts.find(session, actor=actor, form=FORM, subject=str(state.ids.get("draft")))
    if draft is None:
        update_view(forms.form(state))
        return
    usual = await _usual_of(state, actor, db, now)
    resumed = replace(
        state,
        values=usual | draft.values,
        rows=forms.rows_of(draft.values),
        more=state.more or forms.shows_more(draft.values, usual),
        generation=state.generation + 1,
    )
    update_view(forms.form(resumed))


async def discard_draft(
    view: dict[str, Any], values: Values, ids: dict[str, Any], update_view: ShowView, actor: Actor, db: Sessions
) -> None:
    state = forms.state_of(view, values, ids)
    update_view(forms.form(state))
    async with db.begin() as session:
        await drafts.discard(session, actor=actor, form=FORM, subject=str(state.ids.get("draft")))


FORM = ids.FORM  # listeners have an argument of the name `ids`


async def _usual_of(state: FormState, actor: Actor, db: Sessions, now: datetime) -> Values:
    """What stands in a field that nobody has touched; an edited record has its own values instead."""
    if "record" in state.ids:
        return {}
    channel_id = state.values.get("team") or state.ids.get("channel")
    async with db.read() as session:
        team = await people.team_of(session, workspace_id=actor.workspace_id, channel_id=str(channel_id))
    return _usual(team, actor, now)


# Saving


async def submit_form(
    ack: Ack,
    view: dict[str, Any],
    values: Values,
    ids: dict[str, Any],
    actor: Actor,
    see: See,
    db: Sessions,
    now: datetime,
    slack: AsyncWebClient,
    directory: Directory,
    workspace: Installation,
    refresh_home: Callable[[], None],
) -> None:
    fields = read(DecisionFields, view)
    viewer = await see()
    state = forms.state_of(view, values, ids)
    if "record" in ids:
        await _save_edit(ack, fields, state, viewer, view["id"], db, now)
        refresh_home()
        return
    channel_id = str(values.get("team") or ids.get("channel") or "")
    if not viewer.sees(channel_id):
        raise NotFound(missing(""))
    choice = str(values.get(SIMILAR) or "")
    async with db.read() as session:
        team = await people.team_of(session, workspace_id=actor.workspace_id, channel_id=channel_id)
        settled = choice or _replaces(ids)
        similar = [] if settled else await service.similar(session, viewer=viewer, title=fields.title)
    if similar:
        await ack(response_action="update", view=forms.form(replace(state, similar=similar)))
        await drafts.keep_shown(view, values, ids, actor, db, now)
        return
    if choice.startswith(f"{forms.OPEN_SIMILAR}:"):
        await drafts.keep_shown(view, _typed(values), ids, actor, db, now)
        await ack(response_action="update", view=await _page(choice.partition(":")[2], viewer, db))
        return
    facts = {} if team else await directory.new_team(slack, actor, home=workspace.slack_id, channel_id=channel_id)
    async with db.begin() as session:
        submission = await records.submit_once(session, workspace_id=actor.workspace_id, view_id=view["id"], now=now)
        team = team or await people.ensure_team(session, actor=actor, channel_id=channel_id, now=now, **facts)
        replaces = await _replaced(session, viewer, ids, choice)
        decision = await service.log_decision(
            session,
            viewer=viewer,
            team=team,
            fields=_with_defaults(fields, view, team, actor, now),
            now=now,
            source=await _source(session, actor, ids),
            replaces=replaces,
        )
        submission.record_id = decision.id
        await _post_card(session, decision, now)
        if replaces:
            await _update_card(session, replaces[1], now)
        await drafts.discard(session, actor=actor, form=FORM, subject=str(state.ids.get("draft")))
    await ack()
    refresh_home()


async def _save_edit(
    ack: Ack, fields: DecisionFields, state: FormState, viewer: Viewer, view_id: str, db: Sessions, now: datetime
) -> None:
    async with db.begin() as session:
        await records.submit_once(session, workspace_id=viewer.workspace_id, view_id=view_id, now=now)
        decision = await records.by_id(
            session, viewer=viewer, kind=Decision, record_id=state.ids["record"], action=Action.CHANGE
        )
        seen_edit = int(state.ids.get("edits", 0))
        await service.edit_decision(
            session, viewer=viewer, decision=decision, fields=fields, seen_edit=seen_edit, now=now
        )
        await _update_card(session, decision, now)
        await drafts.discard(session, actor=viewer, form=FORM, subject=str(state.ids.get("draft")))
    await ack()


SIMILAR = ids.SIMILAR


def _typed(values: Values) -> Values:
    """Without the answer to a question that the form asked by itself."""
    return {name: value for name, value in values.items() if name != SIMILAR}


def _with_defaults(
    fields: DecisionFields, view: Mapping[str, Any], team: Team, actor: Actor, now: datetime
) -> DecisionFields:
    """What stands behind "More fields" has its usual value until somebody has opened that and said otherwise."""
    hidden = {name: value for name, value in _usual(team, actor, now).items() if name not in block_ids(view)}
    return DecisionFields.model_validate({**fields.model_dump(), **hidden})


def _replaces(held: Mapping[str, Any]) -> tuple[Relation, object] | None:
    for relation in (Relation.SUPERSEDES, Relation.REVERSES):
        if relation.value in held:
            return relation, held[relation.value]
    return None


async def _replaced(
    session: AsyncSession, viewer: Viewer, held: Mapping[str, Any], choice: str
) -> tuple[Relation, Decision] | None:
    """The earlier decision that this one takes the place of: by the button it began with, or chosen in the form."""
    wanted = _replaces(held) or ((Relation.SUPERSEDES, choice) if choice.isdigit() else None)
    if wanted is None:
        return None
    relation, record_id = wanted
    old = await records.by_id(session, viewer=viewer, kind=Decision, record_id=record_id, action=Action.CHANGE)
    return relation, old


async def _source(session: AsyncSession, actor: Actor, held: Mapping[str, Any]) -> Source | None:
    if not held.get("ts"):
        return None
    return await sources.find(
        session, workspace_id=actor.workspace_id, channel_id=str(held["channel"]), ts=str(held["ts"])
    )


# The card


async def _post_card(session: AsyncSession, decision: Decision, now: datetime) -> None:
    decision.card_id = await outbox.post(
        session,
        workspace_id=decision.workspace_id,
        source=f"decisions:{decision.id}:card",
        recipient=decision.channel_id,
        payload=messages.card(await service.sheet(session, decision)),
        now=now,
        tell=decision.created_by,
    )


async def _update_card(session: AsyncSession, decision: Decision, now: datetime) -> None:
    if decision.card_id:
        payload = messages.card(await service.sheet(session, decision))
        await outbox.update(
            session, workspace_id=decision.workspace_id, of=decision.card_id, payload=payload, now=now
        )


async def press_know(
    value: str,
    action: dict[str, Any],
    see: See,
    db: Sessions,
    now: datetime,
    refresh_home: Callable[[], None],
) -> None:
    viewer = await see()
    async with db.begin() as session:
        decision = await records.by_id(
            session, viewer=viewer, kind=Decision, record_id=value, action=Action.ACKNOWLEDGE
        )
        news = await service.acknowledge(
            session, viewer=viewer, decision=decision, answer=Answer.KNOW, pressed_at=action["action_ts"], now=now
        )
        if news:
            await _update_card(session, decision, now)
    refresh_home()


def open_reason(answer: Answer) -> Callable[..., Any]:
    """The listener for a button whose answer needs words."""

    async def listener(value: str, see: See, db: Sessions, open_view: ShowView) -> None:
        viewer = await see()
        async with db.read() as session:
            decision = await records.by_id(
                session, viewer=viewer, kind=Decision, record_id=value, action=Action.ACKNOWLEDGE
            )
        open_view(page.reason(decision, answer))

    return listener


async def submit_reason(
    ack: Ack, view: dict[str, Any], values: Values, ids: dict[str, Any], see: See, db: Sessions, now: datetime
) -> None:
    reason = str(values.get("reason") or "").strip()
    if not reason:
        raise FieldRefusal({"reason": _("Please fill this in.")})
    viewer, answer = await see(), Answer(ids["answer"])
    async with db.begin() as session:
        await records.submit_once(session, workspace_id=viewer.workspace_id, view_id=view["id"], now=now)
        decision = await records.by_id(
            session, viewer=viewer, kind=Decision, record_id=ids["record"], action=Action.ACKNOWLEDGE
        )
        await service.acknowledge(
            session,
            viewer=viewer,
            decision=decision,
            answer=answer,
            reason=reason,
            pressed_at=f"{now.timestamp():.6f}",
            now=now,
        )
        await _update_card(session, decision, now)
        if decision.card_id:
            await outbox.post(
                session,
                workspace_id=decision.workspace_id,
                source=f"decisions:{decision.id}:answer:{view['id']}",
                recipient=decision.channel_id,
                payload=messages.said_in_thread(answer, user_id=viewer.user_id, reason=reason),
                thread_of=decision.card_id,
                now=now,
                tell=viewer.user_id,
            )
    await ack()


# The record's page, and changing it


async def open_page(value: str, see: See, db: Sessions, body: dict[str, Any], open_view: ShowView, push_view: ShowView) -> None:
    show = push_view if (body.get("view") or {}).get("type") == "modal" else open_view
    show(await _page(value, await see(), db))


async def _page(record_id: object, viewer: Viewer, db: Sessions) -> Payload:
    async with db.read() as session:
        return await _whole_page(session, viewer, await records.by_id(session, viewer=viewer, kind=Decision, record_id=record_id))


async def _page_by_name(name: str, see: See, db: Sessions) -> Payload:
    viewer = await see()
    async with db.read() as session:
        return await _whole_page(session, viewer, await records.by_name(session, viewer=viewer, kind=Decision, name=name))


async def _whole_page(session: AsyncSession, viewer: Viewer, decision: Decision) -> Payload:
    return page.page(
        await service.sheet(session, decision),
        viewer=viewer,
        chain=await service.chain(session, viewer=viewer, decision=decision),
        revisions=await records.revisions_of(session, record=decision),
    )


async def change(
    value: str,
    actor: Actor,
    see: See,
    db: Sessions,
    body: dict[str, Any],
    open_view: ShowView,
    push_view: ShowView,
) -> None:
    """The card's menu and the page's buttons: `edit:12`, `supersede:12`, …"""
    what, _colon, record_id = value.partition(":")
    viewer = await see()
    show = push_view if (body.get("view") or {}).get("type") == "modal" else open_view
    async with db.read() as session:
        decision = await records.by_id(session, viewer=viewer, kind=Decision, record_id=record_id)
        match what:
            case "edit":
                view = await _edit_form(session, viewer, decision)
            case "supersede" | "reverse":
                view = await _replacing_form(session, viewer, decision, reverse=what == "reverse")
            case "link":
                require(viewer, Action.CHANGE, decision)
                view = page.linking(decision)
            case _:
                view = await _whole_page(session, viewer, decision)
    show(view)


async def _edit_form(session: AsyncSession, viewer: Viewer, decision: Decision) -> Payload:
    require(viewer, Action.CHANGE, decision)
    values = forms.values_of(decision)
    subject = f"record:{decision.id}"
    edits = len(await records.revisions_of(session, record=decision))
    draft = await drafts.find(session, actor=viewer, form=FORM, subject=subject)
    held = {"record": decision.id, "edits": edits, "draft": subject}
    state = FormState(ids=held, values=values, rows=forms.rows_of(values), more=True)
    return forms.form(replace(state, draft_from=draft.updated_at) if draft else state)


async def _replacing_form(session: AsyncSession, viewer: Viewer, decision: Decision, *, reverse: bool) -> Payload:
    require(viewer, Action.CHANGE, decision)
    relation = Relation.REVERSES if reverse else Relation.SUPERSEDES
    heading = messages.replacing_heading(decision, reverse=reverse)
    held = {"channel": decision.channel_id, relation.value: decision.id, "draft": f"{relation.value}:{decision.id}"}
    values: Values = {"title": messages.reversed_title(decision)} if reverse else {}
    return forms.form(FormState(ids=held, values=values, heading=heading))


async def submit_link(
    ack: Ack, view: dict[str, Any], values: Values, ids: dict[str, Any], see: See, db: Sessions, now: datetime
) -> None:
    viewer = await see()
    async with db.begin() as session:
        await records.submit_once(session, workspace_id=viewer.workspace_id, view_id=view["id"], now=now)
        decision = await records.by_id(
            session, viewer=viewer, kind=Decision, record_id=ids["record"], action=Action.CHANGE
        )
        for changed in await service.link_decision(
            session,
            viewer=viewer,
            decision=decision,
            relation=str(values.get("relation")),
            name=str(values.get("links") or ""),
            now=now,
        ):
            await _update_card(session, changed, now)
    await ack()


async def open_withdrawal(value: str, see: See, db: Sessions, push_view: ShowView) -> None:
    viewer = await see()
    async with db.read() as session:
        decision = await records.by_id(
            session, viewer=viewer, kind=Decision, record_id=value, action=Action.READ
        )
        require(viewer, Action.WITHDRAW, decision)
    push_view(page.withdrawal(decision))


async def submit_withdrawal(
    ack: Ack, view: dict[str, Any], values: Values, ids: dict[str, Any], see: See, db: Sessions, now: datetime
) -> None:
    why = str(values.get("reason") or "").strip()
    if not why:
        raise FieldRefusal({"reason": _("Please fill this in.")})
    viewer = await see()
    async with db.begin() as session:
        decision = await records.by_id(
            session, viewer=viewer, kind=Decision, record_id=ids["record"], action=Action.WITHDRAW
        )
        await service.withdraw(session, viewer=viewer, decision=decision, why=why, now=now)
        await _update_card(session, decision, now)
    await ack(response_action="clear")


# Finding


async def _found(typed: str, see: See, db: Sessions, now: datetime) -> Payload:
    viewer = await see()
    async with db.read() as session:
        found = await queries.search(session, viewer=viewer, wanted=queries.parse(typed), today=now.date())
    return messages.results(found, typed=typed)


async def _listed(typed: str, wanted: queries.Wanted, viewer: Viewer, db: Sessions, now: datetime, offset: int = 0) -> Payload:
    async with db.read() as session:
        rows, total = await queries.listed(session, viewer=viewer, wanted=wanted, today=now.date(), offset=offset)
    return messages.listing(rows, total=total, offset=offset, typed=typed)


async def show_next_page(value: str, actor: Actor, see: See, db: Sessions, now: datetime, tell: Tell) -> None:
    offset, _colon, typed = value.partition(":")
    wanted = queries.parse_list(typed, user_id=actor.user_id)
    if wanted is None or not offset.isdigit():
        raise Refusal(_("That list is too old to go on. `/decision list` starts it again."))
    tell(await _listed(typed, wanted, await see(), db, now, offset=min(int(offset), 100_000)))


async def search_from_home(value: str, see: See, db: Sessions, now: datetime, open_view: ShowView) -> None:
    if value.strip():
        open_view(messages.as_modal(await _found(value.strip(), see, db, now)))


# App Home and the 1:1


async def waiting(session: AsyncSession, *, viewer: Viewer, now: datetime) -> list[HomeItem]:
    rows = await queries.unanswered(session, viewer=viewer, user_id=viewer.user_id)
    return [home_views.waiting_item(row) for row in rows]


async def home(session: AsyncSession, *, viewer: Viewer, now: datetime) -> HomeSection:
    return home_views.section(await queries.latest(session, viewer=viewer))


async def agenda(session: AsyncSession, *, viewer: Viewer, team: Team, now: datetime) -> list[AgendaItem]:
    """Decisions that somebody who must know has not answered for days."""
    rows = await queries.unanswered(session, viewer=viewer)
    return [
        AgendaItem(text=messages.unanswered_line(row), since=row.created_at)
        for row in rows
        if row.team_id == team.id and (now - row.created_at).days >= UNANSWERED_DAYS
    ]


# Events


async def offer_capture(session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime) -> None:
    """The team's emoji on a message: who added it is asked, quietly, whether to log it."""
    item = event.get("item") or {}
    if item.get("type") != "message":
        return
    team = await people.team_of(session, workspace_id=workspace.id, channel_id=item["channel"])
    if team is None or not team.capture_emoji or team.capture_emoji != event.get("reaction"):
        return
    await outbox.ephemeral(
        session,
        workspace_id=workspace.id,
        source=f"decisions:capture:{item['channel']}:{item['ts']}",
        recipient=item["channel"],
        user_id=event["user"],
        payload=messages.capture_offer(channel_id=item["channel"], ts=item["ts"]),
        now=now,
    )


async def note_deleted(session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime) -> None:
    await _note_source(session, workspace, event["channel"], event["deleted_ts"], SourceState.DELETED, now)


async def note_edited(session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime) -> None:
    said, before = event.get("message") or {}, event.get("previous_message") or {}
    if said.get("text") != before.get("text"):  # an unfurl is a change too, and none that matters
        await _note_source(session, workspace, event["channel"], said["ts"], SourceState.EDITED, now)


async def _note_source(
    session: AsyncSession, workspace: Workspace, channel_id: str, ts: str, state: SourceState, now: datetime
) -> None:
    source_ids = await sources.changed(
        session, workspace_id=workspace.id, channel_id=channel_id, ts=ts, state=state, now=now
    )
    for decision in await queries.made_from(session, source_ids=source_ids):
        await _update_card(session, decision, now)
