"""`/one-on-one …`: a person, a word of ours, or something to talk about."""

import re

from bot.errors import Refusal
from bot.i18n import _
from bot.rituals.one_on_ones import ids, service
from bot.rituals.one_on_ones.listeners import changing, items, pages, setting_up, telling
from bot.rituals.one_on_ones.views import messages
from bot.slack import text
from bot.slack.request import Request

PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


async def run_command(request: Request) -> None:
    """A person, a word of ours, or something to talk about, which is never lost."""
    first, _space, rest = request.text.partition(" ")
    if person := PERSON.fullmatch(request.text.strip()):
        await open_with(request, person[1])
        return
    match first.lower():
        case "":
            await _open_only(request)
        case "add":
            await items.add_by_command(request, text.typed(rest.strip()))
        case "help" if not rest:
            await request.ack(**messages.help_words())
        case "history" if not rest:
            await _for_pair(request, ids.SEE_HISTORY, pages.see_history, also_ended=True)
        case "skip" | "move" | "pause" | "resume" as verb if not rest:
            await _for_pair(request, ids.OPEN, changing.VERBS[verb])
        case _:
            await items.add_by_command(request, text.typed(request.text))


async def open_with(request: Request, value: str) -> None:
    """Their 1:1 with this person; where they have none, the form for it."""
    async with request.read() as session:
        pair = await service.pair_with(session, actor=request.actor, other_id=value)
    if pair is not None and pair.ended_at is None:
        await pages.open_page(request, str(pair.id))
    else:
        await setting_up.open_form(request, {"person": value} if text.is_person(value) else {})


async def _open_only(request: Request) -> None:
    async with request.read() as session:
        pairs = await service.pairs_of(session, actor=request.actor)
    match pairs:
        case []:
            await setting_up.open_form(request, {})
        case [pair]:
            await pages.open_page(request, str(pair.id))
        case _:
            await request.ack(**messages.choice(await telling.named(request, pairs), action_id=ids.OPEN))


async def _for_pair(
    request: Request, action_id: str, act: changing.Verb, *, also_ended: bool = False
) -> None:
    """Do it for the only 1:1 of a person; who has several chooses first, who has none sets one up."""
    async with request.read() as session:
        pairs = await service.pairs_of(session, actor=request.actor, also_ended=also_ended)
    if len(pairs) == 1:
        await act(request, str(pairs[0].id))
    elif pairs:
        await request.ack(**messages.choice(await telling.named(request, pairs), action_id=action_id))
    else:
        raise Refusal(_("You have no 1:1 yet. `/one-on-one @person` sets one up."))
