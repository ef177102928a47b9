"""The living log: how it reads as a canvas and as a message, and the window in which it is turned on and off."""

from collections.abc import Mapping

from slack_sdk.models.blocks import Block

from bot.i18n import _, ngettext
from bot.people.models import Team
from bot.rituals.decisions import ids
from bot.rituals.decisions.living import Page
from bot.rituals.decisions.models import Decision, LivingLog, Part
from bot.rituals.decisions.queries import Section
from bot.rituals.decisions.views.form import status_word
from bot.slack import blocks as b
from bot.slack import request, text

IN_MESSAGE = 15  # the newest; a message has a tenth of a canvas's room
TITLE_CHARACTERS = 150

# As a canvas


def canvas(page: Page, names: Mapping[str, str]) -> b.Payload:
    """`names`: what people are called, by Slack's id. Nobody is mentioned: each edit would call them again."""
    parts = [
        _about(page),
        f"## {_('What holds')}",
        *_listed(page, page.standing, names),
        *([f"## {_('Replaced since')}", *_listed(page, page.replaced, names)] if page.replaced.total else []),
    ]
    return {"title": title(), "markdown": "\n\n".join(parts)}


def title() -> str:
    return _("Decision log")


def _about(page: Page) -> str:
    if not page.log.is_on:
        return _("*This page is not kept up any more: what came later is not in it.*")
    return _(
        "*Kept up by Common Ground, so what is typed in here is lost with the next change. `/decision` logs a "
        "decision, `/decision why …` finds one.*"
    )


def _listed(page: Page, section: Section, names: Mapping[str, str]) -> list[str]:
    if not section.rows:
        return [_("Nothing yet.")]
    lines = "\n".join(f"- {_canvas_line(page, row, names)}" for row in section.rows)
    return [lines, *([_older(section.left)] if section.left else [])]


def _older(n: int) -> str:
    return ngettext("{n} older one: `/decision list`", "{n} older ones: `/decision list`", n)


def _canvas_line(page: Page, decision: Decision, names: Mapping[str, str]) -> str:
    """`[D-12](…) Use webhooks — accepted · 15 Feb 2026 · Priya, Tomás`."""
    address = page.address_of(decision)
    name = f"[{decision.name}]({address})" if address else decision.name
    facts = [text.markdown(fact) for fact in _facts(decision, names)]
    return f"**{name}** {text.markdown(_short(decision))} — {' · '.join(facts)}"


def _facts(decision: Decision, names: Mapping[str, str]) -> list[str]:
    makers = [names.get(user, user) for user in decision.user_ids(Part.DECIDER)]
    facts = [status_word(decision.status)]
    if decision.decided_on:
        facts.append(text.day(decision.decided_on))
    if makers:
        facts.append(", ".join(makers))
    return facts


def _short(decision: Decision) -> str:
    return text.shortened(decision.title, TITLE_CHARACTERS)


# As a message, where there is no canvas to be had


def message(page: Page, names: Mapping[str, str]) -> b.Payload:
    shown = page.standing.rows[:IN_MESSAGE]
    older = page.standing.total - len(shown)
    lines = [_message_line(page, row, names) for row in shown] or [_("Nothing yet.")]
    heading = f"*{title()}*"
    last = [_older(older)] if older else []
    about = (
        _("Kept up by Common Ground: `/decision` logs a decision, `/decision why …` finds one.")
        if page.log.is_on
        else _("This message is not kept up any more: what came later is not in it.")
    )
    blocks: list[Block] = [b.section(heading), *(b.section(line) for line in lines), b.context(*last, about)]
    return b.message("\n".join([heading, *lines, *last, about]), blocks)


def _message_line(page: Page, decision: Decision, names: Mapping[str, str]) -> str:
    address = page.address_of(decision)
    name = text.link(address, decision.name) if address else decision.name
    facts = [text.escape(fact) for fact in _facts(decision, names)]
    return " · ".join([f"*{name}* {text.escape(_short(decision))}", *facts])


# Turning it on and off


def window(team: Team, log: LivingLog | None) -> b.Payload:
    """What `/decision canvas` opens."""
    held = request.ids(team=team.id, channel=team.channel_id)
    if log is None or not log.is_on:
        what = _(
            "I keep a page with the decisions of {channel} in a tab of the channel: the newest first, each with its "
            "status, who made it, and a link to its card. Only what was logged in {channel} is in it. Where Slack "
            "has no canvas for it, it is a pinned message.",
            channel=text.channel(team.channel_id),
        )
        return b.modal(
            ids.CANVAS_FORM, title(), [b.section(what)], submit=_("Keep it"), private_metadata=held
        )
    off = b.button(
        _("Stop"),
        ids.CANVAS_OFF,
        value=team.id,
        confirm=_("The page stays as it is, and what is decided from now on is not in it."),
    )
    return b.modal(ids.CANVAS_FORM, title(), [b.section(_where(log)), b.actions(off)], private_metadata=held)


def _where(log: LivingLog) -> str:
    facts = {"channel": text.channel(log.channel_id), "who": text.mention(log.kept_by)}
    if log.as_message:
        return _(
            "The log is kept in a pinned message of {channel}, since {who} wanted it. Slack had no canvas for it.",
            **facts,
        )
    return _("The log is kept in a canvas of {channel}, since {who} wanted it.", **facts)


def kept(team: Team) -> b.Payload:
    """To who turned it on."""
    return b.message(
        _(
            "The decision log is kept in {channel} from now on. `/decision canvas` stops it.",
            channel=text.channel(team.channel_id),
        )
    )


def stopped() -> b.Payload:
    return b.message(_("The log is not kept up any more. `/decision canvas` begins again."))


def nothing_here() -> str:
    return _(
        "Nothing is logged in this channel yet, so there is nothing to keep. `/decision` logs the first one."
    )


# When Slack will not have it


def no_canvas(log: LivingLog, code: str) -> b.Payload:
    """To who wanted it; the log goes on as a message."""
    return b.message(
        _(
            "Slack has no canvas for the decision log of {channel}: {why}. I keep it in a message there instead.",
            channel=text.channel(log.channel_id),
            why=_why(code),
        )
    )


def _why(code: str) -> str:
    match code:
        case "missing_scope":
            return _("the app was not granted `canvases:write`")
        case "free_team_canvas_tab_already_exists":
            return _("on Slack's free plan a channel has one canvas, and there is one already")
        case "canvas_disabled_user_team":
            return _("canvases are switched off in this workspace")
        case "free_teams_cannot_create_non_tabbed_canvases" | "team_tier_cannot_create_channel_canvases":
            return _("your plan has none")
        case _:
            return _("it answered `{code}`", code=code)


def gone(log: LivingLog) -> b.Payload:
    """To who wanted it: somebody deleted it, and that was meant."""
    what = (
        _("Somebody deleted the message with the decision log of {channel}, so I do not keep it up any more.")
        if log.as_message
        else _(
            "Somebody deleted the canvas with the decision log of {channel}, so I do not keep it up any more."
        )
    )
    again = _("`/decision canvas` in the channel begins a new one.")
    return b.message(f"{what.format(channel=text.channel(log.channel_id))} {again}")
