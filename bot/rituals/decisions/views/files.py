"""What people read when the log goes out as files."""

from datetime import datetime

from bot.i18n import _, ngettext
from bot.slack import blocks as b
from bot.slack import text


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
