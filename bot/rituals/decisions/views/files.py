"""What people read when the log goes out as files, or files come into it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.i18n import _, ngettext
from bot.people.models import Team
from bot.records.fields import TITLE_CHARACTERS
from bot.rituals.decisions import ids as names
from bot.rituals.decisions.exchange.importing import Known, Outcome, ReadFile, Told
from bot.rituals.decisions.models import Status
from bot.rituals.decisions.views.form import status_word
from bot.slack import blocks as b
from bot.slack import request, text

SHOWN = 20  # decisions of a preview
LEFT_OUT_SHOWN = 10
POSTED = 5  # decisions in the line for the channel


def not_allowed(scope: str) -> str:
    return _(
        "I am not allowed to do that in this workspace yet. Ask a workspace admin to install me again "
        "and to allow `{scope}`; then try once more.",
        scope=scope,
    )


def not_opened(code: str) -> str:
    if code in ("file_not_found", "not_in_channel", "channel_not_found"):
        return _("I cannot open it; invite me to its channel with `/invite`, then try again")
    return _("Slack did not hand it over; try again in a minute")


# Out


def none_to_write() -> b.Payload:
    return b.message(_("There is no decision yet that you can see. `/decision` logs the first."))


def on_their_way(count: int) -> b.Payload:
    return b.message(
        ngettext(
            "I am writing the {count} decision that you can see into files. They come in our direct message.",
            "I am writing the {count} decisions that you can see into files. They come in our direct message.",
            count,
            count=count,
        )
    )


def here_they_are(count: int, *, at: datetime) -> str:
    written = ngettext(
        "The {count} decision that you could see {when}.",
        "The {count} decisions that you could see {when}.",
        count,
        count=count,
        when=text.moment(at),
    )
    return "\n".join(
        [
            written,
            _("• `decisions.csv` opens in any spreadsheet."),
            _(
                "• `decisions.zip` has a Markdown page for each, to keep in Git, "
                "and `decisions.json` with all that I know, which `common-ground decisions import` reads back."
            ),
        ]
    )


def files_never_came() -> b.Payload:
    return b.message(
        _("The files of your `/decision export` did not come: I was interrupted. Type it once more, please.")
    )


# In


def import_never_ended() -> b.Payload:
    return b.message(
        _(
            "The import that you began did not come to its end: I was interrupted. What was in is kept. "
            "Import the same message again: it goes on from there, and nothing comes in twice."
        )
    )


def told(words: str) -> b.Payload:
    """The import's window when there is nothing in it to send off."""
    return b.modal(names.IMPORT_TOLD, _("Import decisions"), b.sections(words))


def as_message(view: b.Payload) -> b.Payload:
    return b.message("\n".join(block["text"]["text"] for block in view["blocks"] if "text" in block))


def preview(found: Sequence[ReadFile | Told], *, team: Team, ids: Mapping[str, Any]) -> b.Payload:
    """What is in the files, before any of it is kept; what would change something that is there comes first."""
    read = [one for one in found if isinstance(one, ReadFile)]
    changes, new, same = list[str](), list[str](), 0
    for one in read:
        for entry, known in zip(one.entries, one.known, strict=True):
            if known is None:
                new.append(_line(entry.title, entry.status))
            elif one.is_same:
                same += 1
            else:
                changes.append(_change(entry.title, known))
    left_out = [(one.path, reason) for one in read for reason in one.left_out]
    left_out += [(one.path, one.reason) for one in found if isinstance(one, Told)]
    if not (new or changes or same):
        return told(
            "\n".join([_("There is no decision in these files that can come in."), *_left_out(left_out)])
        )
    what = [
        _("{count} new", count=len(new)) if new else "",
        _("{count} in the log already, changed where the files say otherwise", count=len(changes))
        if changes
        else "",
        _("{count} as they are in the log", count=same) if same else "",
    ]
    lines = [*changes, *new]
    shown = [
        _("*For {team}:* {what}", team=text.escape(team.name), what=", ".join(filter(None, what))),
        *lines[:SHOWN],
        *_and_more(len(lines) - SHOWN),
    ]
    blocks = b.sections("\n".join(shown))
    if left_out:
        blocks += b.sections("\n".join(_left_out(left_out)))
    blocks.append(
        b.context(
            _(
                "New ones count as logged by you, and the channel is told in one line. "
                "What a file does not say about a decision stays as it is."
            )
        )
    )
    return b.modal(
        names.IMPORT, _("Import decisions"), blocks, submit=_("Import"), private_metadata=request.ids(**ids)
    )


def _line(title: str, status: Status | None) -> str:
    return " · ".join([f"• {_title(title)}", *([status_word(status)] if status else [])])


def _change(title: str, known: Known) -> str:
    if title == known.title:
        return f"• *{known.name}* {_title(title)}"
    return _("• *{name}* {old} becomes {new}", name=known.name, old=_title(known.title), new=_title(title))


def _title(title: str) -> str:
    return text.escape(text.shortened(title, TITLE_CHARACTERS))


def _left_out(left_out: Sequence[tuple[str, str]]) -> list[str]:
    if not left_out:
        return []
    lines = [f"• {_title(path.partition('/')[2])}: {text.escape(reason)}" for path, reason in left_out]
    return [_("Left out:"), *lines[:LEFT_OUT_SHOWN], *_and_more(len(lines) - LEFT_OUT_SHOWN)]


def _and_more(count: int) -> list[str]:
    return [_("… and {count} more", count=count)] if count > 0 else []


def imported(became: Sequence[Told]) -> b.Payload:
    """What has become of it."""
    counted = Counter(one.outcome for one in became)
    new, changed, same = (
        counted[outcome] for outcome in (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
    )
    what = [
        _("{count} new", count=new) if new else "",
        _("{count} changed", count=changed) if changed else "",
        _("{count} as they were", count=same) if same else "",
    ]
    skipped = [(one.path, one.reason) for one in became if one.outcome is Outcome.SKIPPED]
    lines = [
        _("*Done:* {what}.", what=", ".join(filter(None, what)) or _("nothing was brought in")),
        *_left_out(skipped),
        _("`/decision list` shows the log."),
    ]
    return told("\n".join(lines))


def posted(became: Sequence[Told]) -> b.Payload | None:
    """The line for the channel, where anything is new."""
    new = [one for one in became if one.outcome is Outcome.CREATED and one.entry]
    if not new:
        return None
    many = ngettext(
        "{count} decision was brought into the log from files:",
        "{count} decisions were brought into the log from files:",
        len(new),
        count=len(new),
    )
    lines = [f"• *{one.number}* {_title(one.entry.title)}" for one in new[:POSTED] if one.entry]
    words = "\n".join([many, *lines, *_and_more(len(new) - POSTED)])
    return b.message(words, [*b.sections(words), b.context(_("`/decision why …` finds them."))])
