"""Setting a 1:1 up, and its settings."""

import asyncio
from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Actor, Kind, Viewer
from bot.errors import FieldRefusal
from bot.i18n import _
from bot.people import service as people
from bot.people.models import Team
from bot.records import service as records
from bot.rituals.one_on_ones import service
from bot.rituals.one_on_ones.listeners import telling
from bot.rituals.one_on_ones.service import PairFields
from bot.rituals.one_on_ones.views import forms, messages
from bot.schedule import service as schedule
from bot.slack.blocks import Payload
from bot.slack.forms import Values, read
from bot.slack.request import Request

log = structlog.get_logger()

GROUP_DM_SECONDS = 1.0  # of the three that Slack gives an answer


async def open_set_up(request: Request) -> None:
    await open_form(request, {})


async def open_form(request: Request, values: Values) -> None:
    async def full() -> Payload:
        return forms.set_up(values, {}, zone=await telling.zone(request))

    await request.open_form(lambda: forms.set_up(values, {}, zone=None), full)


async def show_more(request: Request) -> None:
    held = {**request.ids, "more": 1}
    request.update_view(forms.set_up(request.values, held, zone=await telling.zone(request)))


async def open_settings(request: Request, value: str) -> None:
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value)
        cadence = await service.cadence_of(session, pair)
    values = forms.settings_of(pair, cadence, user_id=request.actor.user_id)
    request.open_view(
        forms.set_up(values, {"pair": pair.id, "more": 1, "person": values["person"]}, zone=cadence.timezone)
    )


async def submit_set_up(request: Request) -> None:
    fields = await _pair_fields(request)
    timezone = await telling.zone(request)
    viewer = await request.see()
    await _require_somebody(request, fields.person)
    conversation = await _group_dm(request, fields.person)
    async with request.begin() as session:
        await records.once(session, request)
        team = await _team_of(session, viewer, fields.person)
        pair, is_new = await service.set_up_pair(
            session,
            actor=request.actor,
            fields=fields,
            team=team,
            timezone=timezone,
            conversation_id=conversation,
            now=request.now,
        )
        cadence = await service.cadence_of(session, pair)
        following = await schedule.next_of(session, cadence=cadence)
        say = messages.begun if is_new else messages.changed
        said = say(pair, cadence, following, by=request.actor.user_id, now=request.now)
        await telling.tell_both(session, pair, request, said)
    await request.ack(response_action="clear")
    request.refresh_home()


async def _pair_fields(request: Request) -> PairFields:
    """The form as typed; what it did not show stays as it is."""
    fields = read(PairFields, {**request.view, "state": _with_person(request)})
    if "more" in request.ids:
        return fields
    async with request.read() as session:
        pair = await service.pair_with(session, actor=request.actor, other_id=fields.person)
        if pair is None:
            return fields
        cadence = await service.cadence_of(session, pair)
    kept = forms.settings_of(pair, cadence, user_id=request.actor.user_id)
    typed = {**request.values, "person": fields.person, "timezone": None}  # it said: in your time zone
    return PairFields.model_validate({**kept, **typed})


def _with_person(request: Request) -> dict[str, Any]:
    """A form that changes a pair does not ask with whom."""
    state: dict[str, Any] = request.view.get("state") or {"values": {}}
    if "person" not in request.ids:
        return state
    person = {"value": {"type": "users_select", "selected_user": request.ids["person"]}}
    return {"values": {**state["values"], "person": person}}


async def _require_somebody(request: Request, user_id: str) -> None:
    """Raises FieldRefusal for a bot, or for somebody who is gone."""
    person = await request.directory.person(
        request.slack, Actor(request.actor.workspace_id, user_id), home=request.workspace.slack_id
    )
    if person.kind is Kind.BOT:
        raise FieldRefusal({"person": _("That is an app. Pick a person.")})
    if person.kind is Kind.DEACTIVATED:
        raise FieldRefusal({"person": _("That account is deactivated. Pick somebody who is here.")})


async def _group_dm(request: Request, other_id: str) -> str | None:
    """The group DM of the two with the app; None where it may not open one, so that each has a DM instead."""
    try:
        async with asyncio.timeout(GROUP_DM_SECONDS):
            opened = await request.slack.conversations_open(users=[request.actor.user_id, other_id])
    except (TimeoutError, SlackClientError, ClientError, OSError) as error:
        log.info("no_group_dm", reason=type(error).__name__)
        return None
    return str(opened["channel"]["id"])


async def _team_of(session: AsyncSession, viewer: Viewer, other_id: str) -> Team | None:
    """The team whose PM and tech lead they are, else one that both are in."""
    teams = [team for team in await people.teams_of(session, viewer=viewer) if team.is_of(viewer.user_id)]
    both = {viewer.user_id, other_id}
    shared = [team for team in teams if team.is_of(other_id)]
    return next((team for team in shared if team.is_joint(both)), None) or next(iter(shared), None)
