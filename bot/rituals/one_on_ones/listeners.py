"""One function per interaction with the 1:1."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Actor, Kind, Viewer
from bot.errors import FieldRefusal, Refusal
from bot.i18n import _
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Team
from bot.records import service as records
from bot.rituals.one_on_ones import ids, jobs, service
from bot.rituals.one_on_ones.models import ItemState, Pair
from bot.rituals.one_on_ones.service import ActionFields, ItemFields, PairFields
from bot.rituals.one_on_ones.views import forms, messages, page
from bot.schedule import service as schedule
from bot.schedule import words
from bot.schedule.models import Occurrence, OccurrenceState
from bot.schedule.rules import instant
from bot.slack import blocks as b
from bot.slack import text
from bot.slack.blocks import Payload
from bot.slack.forms import Values, read
from bot.slack.home import HomeItem, HomeSection
from bot.slack.request import Request

log = structlog.get_logger()

GROUP_DM_SECONDS = 1.0  # of the three that Slack gives an answer
PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
AN_HOUR = timedelta(hours=1)

# The command


async def run_command(request: Request) -> None:
    """`/one-on-one …`: a person, a word of ours, or something to talk about."""
    first, _space, rest = request.text.partition(" ")
    if person := PERSON.match(request.text):
        await _open_with(request, person[1])
        return
    match first.lower():
        case "":
            await _open_only(request)
        case "add":
            await _add_by_command(request, text.typed(rest.strip()))
        case "help" if not rest:
            await request.ack(**messages.help_words())
        case "history" if not rest:
            await _for_pair(request, ids.SEE_HISTORY, see_history)
        case "skip" | "move" | "pause" | "resume" as verb if not rest:
            await _for_pair(request, ids.OPEN, _VERBS[verb])
        case _:
            await _add_by_command(request, text.typed(request.text))


async def _open_with(request: Request, other_id: str) -> None:
    async with request.read() as session:
        pair = await service.pair_with(session, actor=request.actor, other_id=other_id)
    if pair is not None and pair.ended_at is None:
        await open_page(request, str(pair.id))
    else:
        await _open_set_up(request, {"person": other_id})


async def _open_only(request: Request) -> None:
    async with request.read() as session:
        pairs = await service.pairs_of(session, actor=request.actor)
    match pairs:
        case []:
            await _open_set_up(request, {})
        case [pair]:
            await open_page(request, str(pair.id))
        case _:
            await request.ack(**messages.choice(await _named(request, pairs), action_id=ids.OPEN))


async def _for_pair(request: Request, action_id: str, act: Any) -> None:
    """Do it for the only 1:1 of a person; who has several chooses first, who has none sets one up."""
    async with request.read() as session:
        pairs = await service.pairs_of(session, actor=request.actor)
    if len(pairs) == 1:
        await act(request, str(pairs[0].id))
    elif pairs:
        await request.ack(**messages.choice(await _named(request, pairs), action_id=action_id))
    else:
        raise Refusal(_("You have no 1:1 yet. `/one-on-one @person` sets one up."))


async def _named(request: Request, pairs: Sequence[Pair]) -> list[tuple[str, int]]:
    """The other's name of each pair, for where a mention cannot stand."""
    others = {pair.id: pair.other(request.actor.user_id) for pair in pairs}
    names = await _names(request, list(others.values()))
    return [(names.get(other, other), pair_id) for pair_id, other in others.items()]


async def _names(request: Request, user_ids: Sequence[str]) -> dict[str, str]:
    return await request.directory.names(
        request.slack, user_ids, workspace_id=request.actor.workspace_id, home=request.workspace.slack_id
    )


# Setting it up


async def open_set_up(request: Request) -> None:
    await _open_set_up(request, {})


async def _open_set_up(request: Request, values: Values) -> None:
    async def full() -> Payload:
        return forms.set_up(values, {}, zone=await _zone(request))

    await request.open_form(lambda: forms.set_up(values, {}, zone=None), full)


async def _zone(request: Request) -> str:
    person = await request.directory.person(request.slack, request.actor, home=request.workspace.slack_id)
    return person.timezone


async def show_more(request: Request) -> None:
    held = {**request.ids, "more": 1}
    request.update_view(forms.set_up(request.values, held, zone=await _zone(request)))


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
    timezone = await _zone(request)
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
        await _tell_both(session, pair, request, said)
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
    return PairFields.model_validate({**kept, **request.values, "person": fields.person})


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


async def _tell_both(session: AsyncSession, pair: Pair, request: Request, said: Payload) -> None:
    """Said where both are; what they press leads to no second message."""
    for recipient in pair.recipients:
        await outbox.post(
            session,
            workspace_id=pair.workspace_id,
            source=f"{service.RITUAL}:told:{pair.id}:{_key(request)}",
            recipient=recipient,
            payload=said,
            now=request.now,
            tell=request.actor.user_id,
        )


def _key(request: Request) -> str:
    """What makes two deliveries of one click the same message."""
    if request.kind == "view_submission":
        return str(request.view["id"])
    return str(request.body.get("trigger_id") or request.now.timestamp())


# The page


async def open_page(request: Request, value: str) -> None:
    request.open_view(await _page(request, value))


async def _page(request: Request, pair_id: object) -> Payload:
    user_id = request.actor.user_id
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=pair_id)
        cadence = await service.cadence_of(session, pair)
        return page.page(
            pair,
            cadence,
            await schedule.next_of(session, cadence=cadence),
            user_id=user_id,
            items=await service.waiting_items(session, pair=pair, viewer_id=user_id),
            promises=await service.open_promises(session, pair=pair),
            now=request.now,
        )


async def manage(request: Request, value: str) -> None:
    """The page's menu: `skip:3`, `move:3`, `pause:3`, `settings:3`, `end:3`."""
    what, _colon, pair_id = value.partition(":")
    await _VERBS[what](request, pair_id)


async def skip(request: Request, value: str) -> None:
    """The next one is left out; the other one is told."""
    async with request.begin() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value, lock=True)
        occurrence = await service.next_meeting(session, pair=pair)
        if occurrence is None:
            raise Refusal(_("Nothing comes up that could be left out."))
        await _leave_out(session, request, pair, occurrence)
    await _show_page(request, pair)


async def _leave_out(session: AsyncSession, request: Request, pair: Pair, occurrence: Occurrence) -> None:
    why = messages.skipped_words(request.actor.user_id)
    following = await schedule.skip(session, occurrence=occurrence, why=why, now=request.now)
    upcoming = words.upcoming(occurrence.cadence, following, now=request.now)
    said = messages.told(pair, messages.left_out_words(occurrence, why, upcoming))
    await _tell_both(session, pair, request, said)


async def open_move(request: Request, value: str) -> None:
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value)
        occurrence = await service.next_meeting(session, pair=pair)
    if occurrence is None:
        raise Refusal(_("Nothing comes up that could be moved."))
    request.open_view(forms.move(occurrence, today=await request.today()))


async def submit_move(request: Request) -> None:
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=request.ids.get("meeting"), lock=True
        )
        if occurrence.state != OccurrenceState.DUE:
            raise Refusal(_("That 1:1 has begun already, so it cannot be moved."))
        at = time.fromisoformat(str(request.values["time"]))
        on = datetime.fromisoformat(str(request.values["date"])).date()
        starts_at = instant(on, at, occurrence.cadence.zone)
        service.check_start(starts_at=starts_at, now=request.now)
        await schedule.move(
            session, occurrence=occurrence, starts_at=starts_at, user_id=request.actor.user_id
        )
        said = messages.moved_words(occurrence, by=request.actor.user_id)
        await _tell_both(session, pair, request, messages.told(pair, said))
    await request.ack(response_action="clear")
    request.refresh_home()


async def open_pause(request: Request, value: str) -> None:
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value)
    request.open_view(forms.pause(pair))


async def submit_pause(request: Request) -> None:
    typed = request.values.get("until")
    until = datetime.fromisoformat(typed).date() if typed else None
    if until is not None and until <= await request.today():
        raise FieldRefusal({"until": _("Pick a day from tomorrow on, or leave it empty.")})
    async with request.begin() as session:
        await records.once(session, request)
        pair = await service.pair_by_id(
            session, actor=request.actor, pair_id=request.ids.get("pair"), lock=True
        )
        cadence = await service.cadence_of(session, pair)
        following = await schedule.pause(
            session, cadence=cadence, user_id=request.actor.user_id, until=until, now=request.now
        )
        upcoming = words.upcoming(cadence, following, now=request.now)
        said = messages.paused_words(request.actor.user_id, upcoming)
        await _tell_both(session, pair, request, messages.told(pair, said))
    await request.ack(response_action="clear")
    request.refresh_home()


async def resume(request: Request, value: str) -> None:
    async with request.begin() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value, lock=True)
        cadence = await service.cadence_of(session, pair)
        if cadence.paused_at is None:
            raise Refusal(_("It is not paused."))
        following = await schedule.resume(session, cadence=cadence, now=request.now)
        upcoming = words.upcoming(cadence, following, now=request.now)
        said = messages.resumed_words(request.actor.user_id, upcoming)
        await _tell_both(session, pair, request, messages.told(pair, said))
    await _show_page(request, pair)


async def open_ending(request: Request, value: str) -> None:
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value)
    request.open_view(page.ending(pair, user_id=request.actor.user_id))


async def submit_ending(request: Request) -> None:
    async with request.begin() as session:
        await records.once(session, request)
        pair = await service.pair_by_id(
            session, actor=request.actor, pair_id=request.ids.get("pair"), lock=True
        )
        await service.end_pair(session, pair=pair, now=request.now)
        await _tell_both(session, pair, request, b.message(messages.ended_words(request.actor.user_id)))
    await request.ack(response_action="clear")
    request.refresh_home()


_VERBS: dict[str, Any] = {
    "skip": skip,
    "move": open_move,
    "pause": open_pause,
    "resume": resume,
    "settings": open_settings,
    "end": open_ending,
}


async def _show_page(request: Request, pair: Pair) -> None:
    """The page as it is now, where it was pressed; after a command it opens."""
    shown = await _page(request, pair.id)
    if request.in_modal and request.view["callback_id"] == ids.PAGE:
        request.update_view(shown)
    elif request.kind == "command":
        request.open_view(shown)
    request.refresh_home()


# What they bring


async def _add_by_command(request: Request, typed: str) -> None:
    """What was typed goes on the list at once; who has several 1:1s, or typed nothing, gets the form."""
    async with request.read() as session:
        pairs = await service.pairs_of(session, actor=request.actor)
    if not pairs:
        raise Refusal(_("You have no 1:1 yet. `/one-on-one @person` sets one up, then add to its list."))
    if len(pairs) > 1 or not typed or len(typed) > service.ITEM_CHARACTERS:
        named = await _named(request, pairs)
        request.open_view(forms.item({"text": typed[: service.ITEM_CHARACTERS]}, {}, pairs=named))
        return
    async with request.begin() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=pairs[0].id)
        fields = ItemFields(text=typed)
        said = await _add(session, request, pair, fields, link=None)
    await request.ack(**said)
    request.refresh_home()


async def open_item(request: Request, value: str) -> None:
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value)
    request.open_view(forms.item({}, {}, pairs=[("", pair.id)]))


async def open_from_message(request: Request) -> None:
    """The shortcut on a message: its beginning as what to talk about, and a link to it."""
    async with request.read() as session:
        pairs = await service.pairs_of(session, actor=request.actor)
    if not pairs:
        raise Refusal(_("You have no 1:1 yet. `/one-on-one @person` sets one up, then add to its list."))
    said = text.typed(str(request.message.get("text") or ""))
    place = {"channel": request.channel_id, "ts": request.message.get("ts")}
    values = {"text": text.shortened(said, service.ITEM_CHARACTERS)}
    request.open_view(forms.item(values, place, pairs=await _named(request, pairs)))


async def submit_item(request: Request) -> None:
    fields = read(ItemFields, request.view)
    link = await _link(request)
    pair_id = request.values.get("pair") or request.ids.get("pair")
    async with request.begin() as session:
        await records.once(session, request)
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=pair_id)
        said = await _add(session, request, pair, fields, link=link)
    await request.ack()
    request.tell(said)
    request.refresh_home()


async def _link(request: Request) -> str | None:
    """To the message it comes from, if it comes from one that Slack gives a link to."""
    channel, ts = request.ids.get("channel"), request.ids.get("ts")
    if not channel or not ts:
        return None
    try:
        async with asyncio.timeout(GROUP_DM_SECONDS):
            found = await request.slack.chat_getPermalink(channel=str(channel), message_ts=str(ts))
    except (TimeoutError, SlackClientError, ClientError, OSError) as error:
        log.info("no_permalink", reason=type(error).__name__)
        return None
    return str(found["permalink"])


async def _add(
    session: AsyncSession, request: Request, pair: Pair, fields: ItemFields, *, link: str | None
) -> Payload:
    item = await service.add_item(
        session, actor=request.actor, pair=pair, fields=fields, link=link, now=request.now
    )
    if item.meeting_id is not None:
        await _refresh_agenda(session, request, pair, item.meeting_id)
    cadence = await service.cadence_of(session, pair)
    following = await schedule.next_of(session, cadence=cadence)
    upcoming = words.upcoming(cadence, following, now=request.now)
    return messages.added(item, pair, user_id=request.actor.user_id, following=upcoming)


async def change_item(request: Request, value: str) -> None:
    """On the page: `drop:7`, `share:7`, `hide:7`."""
    what, _colon, item_id = value.partition(":")
    async with request.begin() as session:
        item, pair = await service.item_by_id(session, actor=request.actor, item_id=item_id)
        if what == "drop":
            item.state = ItemState.DROPPED
        elif item.author_id == request.actor.user_id and item.meeting_id is None:
            item.private = what == "hide"
    await _show_page(request, pair)


async def drop_item(request: Request, value: str) -> None:
    async with request.begin() as session:
        item, _pair = await service.item_by_id(session, actor=request.actor, item_id=value)
        item.state = ItemState.DROPPED
        if item.meeting_id is not None:
            await _refresh_agenda(session, request, _pair, item.meeting_id)
    request.tell(b.message(_("It is off the list.")))
    request.refresh_home()


# Before the meeting


async def open_answers(request: Request, value: str) -> None:
    async with request.read() as session:
        occurrence, pair = await service.meeting_by_id(session, actor=request.actor, meeting_id=value)
        if not occurrence.is_to_come:
            raise Refusal(_("That 1:1 is over. What you want to say can go on the list for the next one."))
        given = await service.answers_of(session, occurrence=occurrence, user_id=request.actor.user_id)
    request.open_view(forms.answers(pair, occurrence, given))


async def submit_answers(request: Request) -> None:
    values = request.values
    asked = [block for block in request.view["blocks"] if block["type"] == "input"]
    given = [(block["label"]["text"], str(values.get(block["block_id"]) or "")) for block in asked]
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=request.ids.get("meeting"), lock=True
        )
        await service.answer(
            session, actor=request.actor, occurrence=occurrence, answers=given, now=request.now
        )
        if occurrence.state == OccurrenceState.OPEN:
            await jobs.update_agenda(session, pair=pair, occurrence=occurrence, now=request.now)
    await request.ack()
    request.refresh_home()


async def snooze(request: Request, value: str) -> None:
    """The menu below the questions: `hour:9`, `tomorrow:9`, `move:9`, `skip:9`."""
    what, _colon, meeting_id = value.partition(":")
    async with request.begin() as session:
        occurrence, pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=meeting_id, lock=True
        )
        if occurrence.state != OccurrenceState.DUE:
            raise Refusal(_("That 1:1 has begun already."))
        if what == "skip":
            await _leave_out(session, request, pair, occurrence)
        elif what != "move":
            at = request.now + AN_HOUR
            if what == "tomorrow":
                at = await schedule.same_time_tomorrow(session, cadence=occurrence.cadence, now=request.now)
            if at >= occurrence.starts_at:
                raise Refusal(_("By then you will have met. Answer now, or add to the list at any time."))
            await jobs.ask_again(
                session,
                pair=pair,
                occurrence=occurrence,
                user_id=request.actor.user_id,
                at=at,
                now=request.now,
            )
    if what == "move":
        request.open_view(forms.move(occurrence, today=await request.today()))
    elif what != "skip":
        request.tell(b.message(_("I ask you again {when}.", when=text.moment(at))))
    request.refresh_home()


# In the meeting


async def tick(request: Request, value: str) -> None:
    await _set_done(request, value, done=True)


async def untick(request: Request, value: str) -> None:
    await _set_done(request, value, done=False)


async def _set_done(request: Request, item_id: str, *, done: bool) -> None:
    async with request.begin() as session:
        item, pair = await service.item_by_id(session, actor=request.actor, item_id=item_id)
        if item.meeting_id is None:
            raise Refusal(_("That is on the list for next time."))
        occurrence, _pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=item.meeting_id
        )
        service.require_open(occurrence)
        await service.tick(session, item=item, done=done)
        await jobs.update_agenda(session, pair=pair, occurrence=occurrence, now=request.now)


async def open_note(request: Request, value: str) -> None:
    meeting, _occurrence = await _open_meeting(request, value)
    request.open_view(forms.note(meeting.occurrence, meeting.items))


async def submit_note(request: Request) -> None:
    said = str(request.values.get("text") or "").strip()
    if not said:
        raise FieldRefusal({"text": _("Please fill this in.")})
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=request.ids.get("meeting"), lock=True
        )
        item_id = request.values.get("item")
        if item_id is not None:
            item, _pair = await service.item_by_id(session, actor=request.actor, item_id=item_id)
            item_id = item.id
        await service.take_note(
            session, actor=request.actor, occurrence=occurrence, item_id=item_id, text=said, now=request.now
        )
        await jobs.update_agenda(session, pair=pair, occurrence=occurrence, now=request.now)
    await request.ack()


async def open_action(request: Request, value: str) -> None:
    meeting, occurrence = await _open_meeting(request, value)
    names = await _names(request, meeting.pair.user_ids)
    request.open_view(
        forms.action(meeting.pair, user_id=request.actor.user_id, names=names, occurrence=occurrence)
    )


async def submit_action(request: Request) -> None:
    fields = read(ActionFields, request.view)
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=request.ids.get("meeting"), lock=True
        )
        service.require_open(occurrence)
        await service.make_action(
            session,
            actor=request.actor,
            pair=pair,
            occurrence=occurrence,
            fields=fields,
            today=await request.today(),
            now=request.now,
        )
        await jobs.update_agenda(session, pair=pair, occurrence=occurrence, now=request.now)
    await request.ack()
    request.refresh_home()


async def press_promise(request: Request, value: str) -> None:
    """`done:4`, `open:4`: on the agenda, or on the page between two meetings."""
    what, _colon, action_id = value.partition(":")
    async with request.begin() as session:
        pair = await service.keep_promise(
            session, actor=request.actor, action_id=action_id, done=what == "done", now=request.now
        )
        going_on = await service.open_meeting(session, pair=pair)
        if going_on is not None:
            await jobs.update_agenda(session, pair=pair, occurrence=going_on, now=request.now)
    await _show_page(request, pair)


async def open_next_time(request: Request, value: str) -> None:
    meeting, occurrence = await _open_meeting(request, value)
    left = [item for item in meeting.items if item.state == ItemState.OPEN]
    if not left:
        raise Refusal(_("Everything on this agenda is ticked off."))
    request.open_view(forms.next_time(occurrence, left))


async def submit_next_time(request: Request) -> None:
    chosen = [int(value) for value in request.values.get("items") or [] if records.is_number(value)]
    async with request.begin() as session:
        await records.once(session, request)
        occurrence, pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=request.ids.get("meeting"), lock=True
        )
        service.require_open(occurrence)
        await service.leave_for_next_time(session, occurrence=occurrence, item_ids=chosen)
        await jobs.update_agenda(session, pair=pair, occurrence=occurrence, now=request.now)
    await request.ack()


async def say_we_are_done(request: Request, value: str) -> None:
    async with request.begin() as session:
        occurrence, _pair = await service.meeting_by_id(
            session, actor=request.actor, meeting_id=value, lock=True
        )
        service.require_open(occurrence)
        await schedule.close_now(session, occurrence=occurrence, now=request.now)


async def _open_meeting(request: Request, meeting_id: str) -> tuple[service.Meeting, Occurrence]:
    async with request.read() as session:
        occurrence, pair = await service.meeting_by_id(session, actor=request.actor, meeting_id=meeting_id)
        service.require_open(occurrence)
        return await service.meeting(session, pair=pair, occurrence=occurrence), occurrence


async def _refresh_agenda(session: AsyncSession, request: Request, pair: Pair, meeting_id: int) -> None:
    occurrence, _pair = await service.meeting_by_id(session, actor=request.actor, meeting_id=meeting_id)
    await jobs.update_agenda(session, pair=pair, occurrence=occurrence, now=request.now)


# What has been


async def see_history(request: Request, value: str) -> None:
    async with request.read() as session:
        pair = await service.pair_by_id(session, actor=request.actor, pair_id=value)
        rows = await service.history(session, pair=pair)
    request.open_view(page.history(pair, rows, user_id=request.actor.user_id))


async def see_meeting(request: Request, value: str) -> None:
    async with request.read() as session:
        occurrence, pair = await service.meeting_by_id(session, actor=request.actor, meeting_id=value)
        if occurrence.state == OccurrenceState.DUE:
            raise Refusal(_("You have not met yet."))
        meeting = await service.meeting(session, pair=pair, occurrence=occurrence)
    request.open_view(page.meeting(meeting))


# Unasked


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
            if not given:
                items.append(page.to_answer(pair, occurrence, user_id=viewer.user_id, since=now))
    return items
