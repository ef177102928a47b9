"""On the day to look at a decision again: what its makers are asked, and the form that keeps it."""

from datetime import date

from bot.i18n import _
from bot.rituals.decisions import ids
from bot.rituals.decisions.models import Decision
from bot.rituals.decisions.views.home import WHY_CHARACTERS
from bot.rituals.decisions.views.messages import line
from bot.slack import blocks as b
from bot.slack import request, text


def question(decision: Decision) -> b.Payload:
    """To one of its makers, on the day that was set."""
    asked = _("Still right? You wanted to look at this again today.\n{line}", line=line(decision))
    why = text.quoted(text.first_lines(decision.context, lines=3, characters=WHY_CHARACTERS))
    return b.message(
        asked,
        [
            b.section(asked),
            *([b.section(why)] if why else []),
            b.actions(
                b.button(_("Keep it"), ids.KEEP, value=decision.id, style="primary"),
                b.button(_("Open"), ids.OPEN, value=decision.id),
                b.overflow(
                    ids.CHANGE,
                    [
                        (_("Edit"), f"edit:{decision.id}"),
                        (_("Supersede"), f"supersede:{decision.id}"),
                        (_("Reverse"), f"reverse:{decision.id}"),
                    ],
                ),
            ),
        ],
    )


def keeping(decision: Decision, *, today: date) -> b.Payload:
    """With the day that another maker chose already, so that it is not emptied by who only agrees."""
    on = decision.revisit_on
    return b.modal(
        ids.KEEPING,
        _("Keep {name}", name=decision.name),
        [
            b.section(f"*{decision.name}* {text.escape(decision.title)}"),
            b.field(
                "revisit_on",
                _("When shall I ask again?"),
                b.date_input(on if on and on > today else None),
                hint=_("Leave it empty: not any more."),
            ),
        ],
        submit=_("Keep it"),
        private_metadata=request.ids(
            record=decision.id, channel=decision.channel_id, seen=date_seen(decision)
        ),
    )


def date_seen(decision: Decision) -> str:
    """The day to look again that stood there when the form was opened."""
    return str(decision.revisit_on or "none")


def looked_at_meanwhile(decision: Decision) -> str:
    if decision.revisit_on is None:
        return _(
            "Somebody looked at {name} meanwhile, and nobody is asked about it again. To change that, open it again.",
            name=decision.name,
        )
    return _(
        "Somebody looked at {name} meanwhile. Next look: {day}. To change that, open it again.",
        name=decision.name,
        day=text.day(decision.revisit_on),
    )


def kept_words(decision: Decision, *, user_id: str) -> str:
    """For the card's thread."""
    who = text.mention(user_id)
    if decision.revisit_on is None:
        return _("{who} looked at this again: it is still right.", who=who)
    return _(
        "{who} looked at this again: it is still right. Next look: {day}.",
        who=who,
        day=text.day(decision.revisit_on),
    )
