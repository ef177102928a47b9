"""Decisions in App Home: what waits for an answer, the latest ones, and a search box."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block, InputBlock

from bot.i18n import _
from bot.rituals.decisions import ids
from bot.rituals.decisions.models import Acknowledgement, Answer, Decision
from bot.rituals.decisions.views.messages import line
from bot.slack import blocks as b
from bot.slack import text
from bot.slack.home import HomeItem, HomeSection

WHY_CHARACTERS = 200


def waiting_item(decision: Decision) -> HomeItem:
    """With the beginning of why: nobody should have to say "I know" to a title alone."""
    words = _("Do you know this one? *{name}* {title}", name=decision.name, title=text.escape(decision.title))
    if decision.context:
        words += f"\n{text.quoted(text.first_lines(decision.context, lines=2, characters=WHY_CHARACTERS))}"
    return HomeItem(words, b.button(_("I know"), ids.ACKNOWLEDGE, value=decision.id), decision.created_at)


def asked_item(decision: Decision, answer: Acknowledgement) -> HomeItem:
    """Somebody's question, or what blocks them, waits for those who decided."""
    about = {"who": text.mention(answer.user_id), "name": decision.name, "title": text.escape(decision.title)}
    words = (
        _("{who} asks about *{name}* {title}", **about)
        if answer.answer == Answer.QUESTION
        else _("{who} is blocked by *{name}* {title}", **about)
    )
    said = text.quoted(text.first_lines(answer.reason, lines=2, characters=WHY_CHARACTERS))
    return HomeItem(f"{words}\n{said}", b.button(_("Open"), ids.OPEN, value=decision.id), answer.at)


def again_item(decision: Decision, now: datetime) -> HomeItem:
    """Its day has come: is it still right?"""
    words = _("Still right? *{name}* {title}", name=decision.name, title=text.escape(decision.title))
    return HomeItem(words, b.button(_("Keep it"), ids.KEEP, value=decision.id), now)


def section(rows: Sequence[Decision]) -> HomeSection:
    log = b.button(_("Log a decision"), ids.LOG, style="primary")
    if not rows:
        example = _(
            "Nothing is logged yet. A decision is one sentence, such as “Use webhooks instead of polling for the "
            "partner API”, and why."
        )
        return HomeSection(_("Decisions"), [b.section(example), b.actions(log)])
    lines: list[Block] = [
        b.section(line(row), accessory=b.button(_("Open"), ids.OPEN, value=row.id)) for row in rows
    ]
    return HomeSection(_("Decisions"), [b.actions(log), _search_box(), *lines])


def _search_box() -> InputBlock:
    box = b.text_input(placeholder=_("why webhooks"), max_length=200)
    box.action_id = ids.SEARCH
    block = b.field("search", _("Why did we decide that?"), box, hint=_("Press Enter to search."))
    block.dispatch_action = True
    return block
