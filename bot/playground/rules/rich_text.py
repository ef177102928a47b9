"""The rich text block: sections, lists, quotes and code, and the inline elements in them."""

from collections.abc import Mapping

from bot.playground.rules import limits
from bot.playground.rules.limits import BLOCKS
from bot.playground.rules.schema import Flag, Items, Kinds, Number, OneOf, Rule, Shape, Text, kind

PAGE = f"{BLOCKS}/rich-text-block"

_TEXT_STYLE = Shape(
    PAGE, optional={name: Flag() for name in ("bold", "italic", "strike", "code", "underline")}
)
_MENTION_STYLE = Shape(
    PAGE,
    optional={
        name: Flag()
        for name in ("bold", "italic", "strike", "highlight", "client_highlight", "unlink", "code")
    },
)


def _inline(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Shape:
    return kind(PAGE, required, {"style": _MENTION_STYLE, **(optional or {})})


INLINE = Kinds(
    {
        "text": kind(PAGE, {"text": Text()}, {"style": _TEXT_STYLE}),
        "link": kind(PAGE, {"url": Text()}, {"text": Text(least=0), "unsafe": Flag(), "style": _TEXT_STYLE}),
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

_SECTION = kind(PAGE, {"elements": Items(INLINE, least=0)})
_BORDER: Mapping[str, Rule] = {"border": Number(0, limits.LIST_BORDER)}

RICH_TEXT = Kinds(
    {
        "rich_text": kind(
            PAGE,
            required={
                "elements": Items(
                    Kinds(
                        {
                            "rich_text_section": _SECTION,
                            "rich_text_list": kind(
                                PAGE,
                                required={
                                    "style": OneOf("bullet", "ordered"),
                                    "elements": Items(Kinds({"rich_text_section": _SECTION})),
                                },
                                optional={
                                    **_BORDER,
                                    "indent": Number(0, limits.LIST_INDENT),
                                    "offset": Number(0),
                                },
                            ),
                            "rich_text_preformatted": kind(
                                PAGE,
                                required={"elements": Items(INLINE.only("text", "link"), least=0)},
                                optional={**_BORDER, "language": Text()},
                            ),
                            "rich_text_quote": kind(
                                PAGE, {"elements": Items(INLINE, least=0)}, optional=_BORDER
                            ),
                        }
                    )
                )
            },
            optional={"block_id": Text(limits.BLOCK_ID)},
        )
    }
)
