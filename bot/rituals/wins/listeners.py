"""One function per interaction with wins, and what the ritual brings up unasked."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, require
from bot.errors import Refusal
from bot.i18n import _
from bot.people import service as people
from bot.people.models import Team
from bot.records import cards, drafts
from bot.records import service as records
from bot.records.fields import TITLE_CHARACTERS
from bot.records.models import Draft
from bot.records.views import teams_on_screen
from bot.ritual import Suggestion
from bot.rituals.wins import ids, service, views
from bot.rituals.wins.models import Win
from bot.rituals.wins.service import WinFields
from bot.slack import limits, text
from bot.slack.blocks import Payload
from bot.slack.forms import Values, read
from bot.slack.home import HomeSection
from bot.slack.request import Request
from bot.workspaces.models import Workspace

PAGE = 10
IN_HOME = 3
NUMBER = re.compile(r"(?:[Ww]-?)?[0-9]+")
# Telling


async def open_by_command(request: Request) -> None:
    """`/partner win …`: a number opens that win; anything else is the first answer about a new one."""
    typed = text.typed(request.text)
    if NUMBER.fullmatch(typed):
        viewer = await request.see()
        async with request.read() as session:
            win = await records.by_name(session, viewer=viewer, kind=Win, name=typed)
            request.open_view(await _page(session, viewer, win))
    else:
        await _open(request, _first_answers(typed))


def _first_answers(typed: str) -> Values:
    title, below = text.headed(typed, TITLE_CHARACTERS)
    return {"title": title, "makes_possible": text.shortened(below, service.POSSIBLE)}


async def open_from_home(request: Request) -> None:
    await _open(request, {})


async def _open(request: Request, typed: Values) -> None:
    """The form with what is known at once; the teams and the offer of a draft come from one short read."""
    here = request.home_channel
    subject = drafts.of_channel(here)
    held = {"channel": here, drafts.SUBJECT: subject}

    async def full() -> Payload:
        viewer = None if here else await request.see()
        async with request.read() as session:
            teams = await people.teams_of(session, viewer=viewer) if viewer else []
            draft = await drafts.newest(
                session, actor=request.actor, form=ids.FORM, subjects=[subject, drafts.ANYWHERE]
            )
        choices = [(team.name, team.channel_id) for team in teams[: limits.OPTIONS]]
        return _offering(draft, typed, held, choices)

    await request.open_form(lambda: views.form(typed, held), full)


def _offering(
    draft: Draft | None, values: Values, held: Mapping[str, Any], teams: Sequence[tuple[str, str]] = ()
) -> Payload:
    if draft is None:
        return views.form(values, held, teams=teams)
    return views.form(
        values, {**held, drafts.OFFERED: draft.id}, teams=teams, offer=drafts.offer_words(draft)
    )


async def resume_draft(request: Request) -> None:
    values, held = request.values, _without_offer(request)
    usual: Values = {"team": values.get("team")}  # nobody has typed that
    viewer = await request.see()
    async with request.begin() as session:
        draft = await drafts.offered(session, request)
        if draft is not None:
            if "record" in held:
                win = await _win(session, viewer, held["record"], Action.READ)
                usual, values = _as_is(win), await _up_to_date(session, win, draft)
            else:
                values = {**values, **draft.values}
            await drafts.resume(session, request, draft, usual)
            held["generation"] = int(held.get("generation") or 0) + 1
    request.update_view(views.form(values, held, teams=teams_on_screen(request.view)))


async def discard_draft(request: Request) -> None:
    teams = teams_on_screen(request.view)
    request.update_view(views.form(request.values, _without_offer(request), teams=teams))
    async with request.begin() as session:
        await drafts.discard_offered(session, request)


def _without_offer(request: Request) -> dict[str, Any]:
    return {name: value for name, value in request.ids.items() if name != drafts.OFFERED}


def _as_is(win: Win) -> Values:
    return views.values_of(service.facts(win))


async def _up_to_date(session: AsyncSession, win: Win, draft: Draft) -> Values:
    """What an edit's draft comes to on the win as others have left it since."""
    edits = await records.revisions_of(session, record=win)
    was = records.undone(service.facts(win), edits[int(draft.ids.get("edits") or 0) :])
    return drafts.brought_up_to_date(draft.values, views.values_of(was), _as_is(win))


async def submit(request: Request) -> None:
    fields = read(WinFields, request.view)
    viewer = await request.see()
    if "record" in request.ids:
        await _save_edit(request, viewer, fields)
    else:
        await _save_new(request, viewer, fields)
    await request.ack(response_action="clear")  # a page below still shows what was there before
    request.refresh_home()


async def _save_new(request: Request, viewer: Viewer, fields: WinFields) -> None:
    channel_id = str(request.values.get("team") or request.ids.get("channel") or "")
    if not viewer.sees(channel_id):
        raise Refusal(
            _(
                "I cannot see that channel. If it is a private one, invite me with /invite and try again. "
                "Your text is kept as a draft."
            )
        )
    async with request.read() as session:
        team = await people.team_of(session, workspace_id=viewer.workspace_id, channel_id=channel_id)
    facts = {} if team else await _new_team(request, channel_id)
    async with request.begin() as session:
        submission = await records.once(session, request)
        if team is None:
            team = await people.ensure_team(
                session, actor=viewer, channel_id=channel_id, now=request.now, **facts
            )
        win = await service.tell_win(session, viewer=viewer, team=team, fields=fields, now=request.now)
        submission.record_id = win.id
        await cards.post(session, win, await _card(session, win), ritual="wins", now=request.now)
        await drafts.discard(session, request)


async def _new_team(request: Request, channel_id: str) -> dict[str, str]:
    facts = await request.directory.new_team(
        request.slack, request.actor, home=request.workspace.slack_id, channel_id=channel_id
    )
    return {**facts, "name": facts["name"] or channel_id}


async def _save_edit(request: Request, viewer: Viewer, fields: WinFields) -> None:
    async with request.begin() as session:
        await records.once(session, request)
        win = await _win(session, viewer, request.ids["record"], Action.CHANGE)
        await service.edit_win(
            session,
            viewer=viewer,
            win=win,
            fields=fields,
            seen_edit=int(request.ids.get("edits", 0)),
            now=request.now,
        )
        await _update_card(session, win, request.now)
        await drafts.discard(session, request)


# On the card, and on the page


async def press_thank_you(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.begin() as session:
        win = await _win(session, viewer, value, Action.ACKNOWLEDGE)
        if await service.thank(session, viewer=viewer, win=win, now=request.now):
            await _update_card(session, win, request.now)
    request.refresh_home()


async def change(request: Request, value: str) -> None:
    """The card's menu and the page's buttons: `open:12`, `edit:12`, `withdraw:12`."""
    what, _colon, record_id = value.partition(":")
    if what == "open":
        await open_page(request, record_id)
        return
    viewer = await request.see()
    async with request.read() as session:
        win = await _win(session, viewer, record_id, Action.READ)
        require(viewer, Action.WITHDRAW if what == "withdraw" else Action.CHANGE, win)
        records.require_standing(win)
        view = views.withdrawal(win) if what == "withdraw" else await _edit_form(session, viewer, win)
    request.open_view(view)


async def _edit_form(session: AsyncSession, viewer: Viewer, win: Win) -> Payload:
    subject = f"record:{win.id}"
    draft = await drafts.newest(session, actor=viewer, form=ids.FORM, subjects=[subject])
    if draft is not None and await _up_to_date(session, win, draft) == _as_is(win):
        draft = None  # it holds no change
    held = {
        "record": win.id,
        "edits": len(await records.revisions_of(session, record=win)),
        drafts.SUBJECT: subject,
    }
    return _offering(draft, _as_is(win), held)


async def submit_withdrawal(request: Request) -> None:
    why = records.typed_reason(request)
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        win = await _win(session, viewer, request.ids["record"], Action.WITHDRAW)
        await records.withdraw(session, viewer=viewer, record=win, why=why, now=request.now)
        await _update_card(session, win, request.now)
    await request.ack(response_action="clear")
    request.refresh_home()


# Finding


async def open_page(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.read() as session:
        view = await _page(session, viewer, await _win(session, viewer, value, Action.READ))
    request.open_view(view)


async def _page(session: AsyncSession, viewer: Viewer, win: Win) -> Payload:
    muted = await service.muted_in(session, win)
    revisions = await records.revisions_of(session, record=win)
    return views.page(win, viewer=viewer, muted=muted, revisions=revisions)


async def list_wins(request: Request) -> None:
    await request.ack(**await _listed(request, before=None))


async def show_next_page(request: Request, value: str) -> None:
    request.tell(await _listed(request, before=int(value) if records.is_number(value) else None))


async def _listed(request: Request, *, before: int | None) -> Payload:
    viewer = await request.see()
    async with request.read() as session:
        wins = await service.latest(session, viewer=viewer, limit=PAGE + 1, before=before)
    return views.listing(wins[:PAGE], more=len(wins) > PAGE)


# Unasked


async def home(session: AsyncSession, *, viewer: Viewer, now: datetime) -> HomeSection | None:
    wins = await service.latest(session, viewer=viewer, limit=IN_HOME)
    teams = await people.teams_of(session, viewer=viewer)
    return views.home(wins, can_tell=bool(teams)) if wins or teams else None


async def agenda(session: AsyncSession, *, viewer: Viewer, team: Team, now: datetime) -> Sequence[Suggestion]:
    wins = await service.unthanked(session, viewer=viewer, team=team, now=now)
    return [
        Suggestion(key=f"wins:{win.id}:unthanked", text=views.unthanked_line(win), since=win.created_at)
        for win in wins
    ]


async def team_set_up(
    session: AsyncSession, *, event: Mapping[str, Any], workspace: Workspace, now: datetime
) -> None:
    """Cards that still offer to set the team up lose that; on those further back the button leads to its settings."""
    team = await people.team_by_id(session, workspace_id=workspace.id, team_id=event["team"])
    if team is None:
        return
    for win in await records.with_cards(session, Win, team=team):
        await _update_card(session, win, now)


async def _win(session: AsyncSession, viewer: Viewer, record_id: object, action: Action) -> Win:
    return await records.by_id(session, viewer=viewer, kind=Win, record_id=record_id, action=action)


async def _card(session: AsyncSession, win: Win) -> Payload:
    return views.card(win, await service.muted_in(session, win))


async def _update_card(session: AsyncSession, win: Win, now: datetime) -> None:
    await cards.update(session, win, await _card(session, win), now)
