"""One function per interaction with wins, and what the ritual brings up unasked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, require
from bot.errors import FieldRefusal, Refusal
from bot.i18n import _
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Team
from bot.records import service as records
from bot.ritual import AgendaItem
from bot.rituals.wins import service, views
from bot.rituals.wins.models import Win
from bot.rituals.wins.service import WinFields
from bot.slack import limits, text
from bot.slack.blocks import Payload
from bot.slack.forms import Values, read
from bot.slack.home import HomeSection
from bot.slack.request import Request

PAGE = 10
IN_HOME = 3
CARDS_RENEWED = 20  # a channel takes one change a second, and nobody looks further back
TITLE = 150  # characters; what is longer begins the second answer, so that nothing typed is lost

# Telling


async def open_by_command(request: Request) -> None:
    """`/partner win …`: what was typed is the first answer."""
    typed = text.typed(request.text)
    if not request.channel_id or request.channel_id[:1] not in "CG":
        raise Refusal(
            _(
                "A win belongs to a team: please type `/partner win` in the team's channel. You typed: {typed}",
                typed=text.escape(typed),
            )
            if typed
            else _("A win belongs to a team: please type `/partner win` in the team's channel.")
        )
    request.open_view(views.form(_first_answers(typed), channel=request.channel_id))


def _first_answers(typed: str) -> Values:
    first = text.shortened(typed.partition("\n")[0], TITLE)
    return {
        "title": first,
        "makes_possible": "" if first == typed else text.shortened(typed, service.POSSIBLE),
    }


async def open_from_home(request: Request) -> None:
    viewer = await request.see()
    async with request.read() as session:
        teams = await people.teams_of(session, viewer=viewer)
    if not teams:
        raise Refusal(_("A win belongs to a team: please type `/partner win` in the team's channel."))
    request.open_view(views.form({}, teams=teams[: limits.OPTIONS]))


async def submit(request: Request) -> None:
    fields = read(WinFields, request.view)
    viewer = await request.see()
    if "record" in request.ids:
        await _save_edit(request, viewer, fields)
    else:
        await _save_new(request, viewer, fields)
    await request.ack()
    request.refresh_home()


async def _save_new(request: Request, viewer: Viewer, fields: WinFields) -> None:
    channel_id = str(request.values.get("team") or request.ids.get("channel") or "")
    if not viewer.sees(channel_id):
        raise Refusal(
            _("I cannot see that channel. If it is a private one, invite me with `/invite` and try again.")
        )
    async with request.read() as session:
        team = await people.team_of(session, workspace_id=viewer.workspace_id, channel_id=channel_id)
    facts = {} if team else await _new_team(request, channel_id)
    async with request.begin() as session:
        submission = await records.submit_once(
            session, workspace_id=viewer.workspace_id, view_id=request.view["id"], now=request.now
        )
        if team is None:
            team = await people.ensure_team(
                session, actor=viewer, channel_id=channel_id, now=request.now, **facts
            )
        win = await service.tell_win(session, viewer=viewer, team=team, fields=fields, now=request.now)
        submission.record_id = win.id
        win.card_id = await outbox.post(
            session,
            workspace_id=win.workspace_id,
            source=f"wins:{win.id}:card",
            recipient=win.channel_id,
            payload=await _card(session, win),
            now=request.now,
            tell=win.created_by,
        )


async def _new_team(request: Request, channel_id: str) -> dict[str, str]:
    facts = await request.directory.new_team(
        request.slack, request.actor, home=request.workspace.slack_id, channel_id=channel_id
    )
    return {**facts, "name": facts["name"] or channel_id}


async def _save_edit(request: Request, viewer: Viewer, fields: WinFields) -> None:
    async with request.begin() as session:
        await _once(session, request)
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


# On the card


async def press_thank_you(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.begin() as session:
        win = await _win(session, viewer, value, Action.ACKNOWLEDGE)
        if await service.thank(session, viewer=viewer, win=win, now=request.now):
            await _update_card(session, win, request.now)
    request.refresh_home()


async def change(request: Request, value: str) -> None:
    """The card's menu: `edit:12`, `withdraw:12`."""
    what, _colon, record_id = value.partition(":")
    viewer = await request.see()
    async with request.read() as session:
        win = await _win(session, viewer, record_id, Action.READ)
        edits = len(await records.revisions_of(session, record=win))
    require(viewer, Action.WITHDRAW if what == "withdraw" else Action.CHANGE, win)
    service.require_standing(win)
    request.open_view(
        views.withdrawal(win)
        if what == "withdraw"
        else views.form(views.values_of(win), record=win.id, edits=edits)
    )


async def submit_withdrawal(request: Request) -> None:
    why = str(request.values.get("reason") or "").strip()
    if not why:
        raise FieldRefusal({"reason": _("Please fill this in.")})
    viewer = await request.see()
    async with request.begin() as session:
        await _once(session, request)
        win = await _win(session, viewer, request.ids["record"], Action.WITHDRAW)
        await service.withdraw(session, viewer=viewer, win=win, why=why, now=request.now)
        await _update_card(session, win, request.now)
    await request.ack()
    request.refresh_home()


# Finding


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


async def agenda(session: AsyncSession, *, viewer: Viewer, team: Team, now: datetime) -> Sequence[AgendaItem]:
    wins = await service.unthanked(session, viewer=viewer, team=team, now=now)
    return [AgendaItem(text=views.unthanked_line(win), since=win.created_at) for win in wins]


async def team_set_up(session: AsyncSession, *, team: Team, now: datetime) -> None:
    """Cards that still offer to set the team up lose that; on those further back the button leads to its settings."""
    for win in await service.with_cards(session, team=team, limit=CARDS_RENEWED):
        await _update_card(session, win, now)


async def _win(session: AsyncSession, viewer: Viewer, record_id: object, action: Action) -> Win:
    return await records.by_id(session, viewer=viewer, kind=Win, record_id=record_id, action=action)


async def _once(session: AsyncSession, request: Request) -> None:
    await records.submit_once(
        session, workspace_id=request.actor.workspace_id, view_id=request.view["id"], now=request.now
    )


async def _card(session: AsyncSession, win: Win) -> Payload:
    return views.card(win, await service.muted_in(session, win))


async def _update_card(session: AsyncSession, win: Win, now: datetime) -> None:
    if win.card_id:
        payload = await _card(session, win)
        await outbox.update(session, workspace_id=win.workspace_id, of=win.card_id, payload=payload, now=now)
