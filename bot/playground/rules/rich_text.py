"""The rich text block: sections, lists, quotes and code, and the inline elements in them."""

from collections.abc import Mapping

from bot.playground.rules import limits
from bot.playground.rules.limits import BLOCKS
from bot.playground.rules.schema import Flag, Items, Kinds, Number, OneOf, Rule, Shape, Text, kind

PAGE = f"{BLOCKS}/rich-text-block"

# Slack's pages disagree on which flag belongs to which element; this is every flag they name.
_STYLE = Shape(
    PAGE,
    optional={
        name: Flag()
        for name in (
            "bold",
            "italic",
            "strike",
            "underline",
            "code",
            "highlight",
            "client_highlight",
            "unlink",
        )
    },
)


def _inline(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Shape:
    return kind(PAGE, required, {"style": _STYLE, **(optional or {})})


# Slack's own clients write more kinds (canvases, citations, work objects); no app has a reason to send them.
INLINE = Kinds(
    {
        "text": _inline({"text": Text()}),
        "link": _inline({"url": Text()}, {"text": Text(), "unsafe": Flag()}),
        "emoji": _inline({"name": Text()}, {"unicode": Text(), "skin_tone": Number(1, 6), "url": Text()}),
        "user": _inline({"user_id": Text()}),
        "usergroup": _inline({"usergroup_id": Text()}),
        "channel": _inline({"channel_id": Text()}),
        "team": _inline({"team_id": Text()}),
        "broadcast": _inline({"range": OneOf("here", "channel", "everyone")}),
        "color": _inline({"value": Text(like="#[0-9a-fA-F]{6}", example="#RRGGBB")}),
        "date": _inline({"timestamp": Number(), "format": Text()}, {"url": Text(), "fallback": Text()}),
    }
)

# Slack takes empty sections, quotes and code, but no empty list.
_SECTION = kind(PAGE, {"elements": Items(INLINE, least=0)})
_BORDER: Mapping[str, Rule] = {"border": Number(0, limits.RICH_TEXT_BORDER)}

_LIST = kind(
    PAGE,
    required={
        "style": OneOf("bullet", "ordered"),
        "elements": Items(Kinds({"rich_text_section": _SECTION})),
    },
    optional={**_BORDER, "indent": Number(0, limits.RICH_TEXT_INDENT), "offset": Number(0)},
)
_PREFORMATTED = kind(
    PAGE,
    required={"elements": Items(INLINE.only("text", "link"), least=0)},
    optional={**_BORDER, "language": Text()},
)
_QUOTE = kind(PAGE, required={"elements": Items(INLINE, least=0)}, optional=_BORDER)

_PARTS = Kinds(
    {
        "rich_text_section": _SECTION,
        "rich_text_list": _LIST,
        "rich_text_preformatted": _PREFORMATTED,
        "rich_text_quote": _QUOTE,
    }
)

RICH_TEXT = Kinds(
    {
        "rich_text": kind(
            PAGE,
            required={"elements": Items(_PARTS, least=0)},
            optional={"block_id": Text(limits.BLOCK_ID)},
        )
    }
)
