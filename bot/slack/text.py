"""Text on its way to Slack: what people typed is escaped here, what we say in Slack's markup is made here."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from bot.i18n import _, ngettext

NAMES_SHOWN = 12  # of a list of people

# Characters that change how their neighbours are shown: a title could otherwise read backwards or hide words.
# Unicode bidi controls (UAX #9), zero-width characters, control characters other than newline and tab, and halves
# of surrogate pairs, which no database takes. The joiners U+200C and U+200D stay: Persian and emoji need them.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
# Slack's ids of people and conversations have nine characters and more (W012A3CDE in
# https://docs.slack.dev/reference/methods/users.info); others count from eight
# (https://docs.aws.amazon.com/devopsagent/latest/APIReference/API_SlackChannel.html). CTO, UX and QA are names in a file.
_PERSON = re.compile(r"[UW][A-Z0-9]{7,31}")
_CONVERSATION = re.compile(r"[CDG][A-Z0-9]{7,31}")
# An address that stands alone: nothing before it that could make it part of somebody's forged `<url|text>`.
_ADDRESS = re.compile(r"(?<![^\s(])https?://[^\s<>|()\[\]\"'`]+")


def plain(text: str) -> str:
    """What a person typed, for a `plain_text` place: nothing is parsed there, so only the invisible goes."""
    return _INVISIBLE.sub("", text)


def escape(text: str) -> str:
    """What a person typed, for a mrkdwn place: no mention, channel or link comes alive.

    Slack asks for `&`, `<` and `>` to be escaped, and for nothing else
    (https://docs.slack.dev/messaging/formatting-message-text/#escaping).
    """
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# What Slack writes for a person or a channel, for all of a group or a date, for an address; `<pre>` is none of these.
_MARKUP = re.compile(r"<(?:([@#])([A-Z0-9]+)|(!)([a-z]+[^<>|]*)|()([a-z]+:[^<>|]+))(?:\|([^<>]*))?>")


def you_typed(words: str) -> str:
    """For what could not be taken as it was typed: it is still there to be read, and copied."""
    return _("You typed: {words}", words=escape(words))


def typed(words: str) -> str:
    """What Slack sends of a person's words, as they typed it: `@ana` for `<@U1|ana>`, `&` for `&amp;`."""
    return _decoded(_MARKUP.sub(_as_typed, words))


def _decoded(words: str) -> str:
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def retold(words: str) -> str:
    """A message as Slack has it, for a modal, where a mention calls nobody: Slack shows people and channels by name."""
    parts, at = [], 0
    for match in _MARKUP.finditer(words):
        parts += [linked(_decoded(words[at : match.start()])), _as_shown(match)]
        at = match.end()
    return "".join([*parts, linked(_decoded(words[at:]))])


def _as_shown(match: re.Match[str]) -> str:
    sign, target = match[1], match[2]
    if sign:
        return mention(target) if sign == "@" else channel(target)
    return linked(_decoded(_as_typed(match)))


def _as_typed(match: re.Match[str]) -> str:
    sign, target, label = (*(part for part in match.groups()[:-1] if part is not None), match[7])
    if sign == "!":  # <!here>, <!subteam^S1|@payments-team>, <!date^…|15 Feb>
        return label or f"@{target.partition('^')[0]}"
    if sign:
        return f"{sign}{(label or target).removeprefix(sign)}"
    address = target.removeprefix("mailto:")
    if not label or label == address:
        return address
    return label if address.partition("://")[2] == label else f"{label} ({address})"


def mentioned(words: str) -> list[str]:
    """The people whom Slack names by id alone, as it does in messages, each once."""
    return list(dict.fromkeys(re.findall(r"<@([UW][A-Z0-9]+)>", words)))


def linked(text: str) -> str:
    """As `escape`, and addresses that stand alone can be clicked; each shows where it goes."""
    parts, at = [], 0
    for match in _ADDRESS.finditer(plain(text)):
        parts += [escape(match.string[at : match.start()]), f"<{escape(match[0])}>"]
        at = match.end()
    return "".join([*parts, escape(plain(text)[at:])])


# What means something in Slack's canvases: emphasis, code, links and mentions (`![](@U1)`), headings, tables, HTML.
_MARKDOWN = re.compile(r"[\\`*_~\[\]()#<>|!&]")


def markdown(text: str) -> str:
    """What a person typed, on one line of a canvas: nothing in it comes alive."""
    return _MARKDOWN.sub(r"\\\g<0>", " ".join(plain(text).split()))


def quoted(text: str) -> str:
    """Longer text of a person as a block quote."""
    return quote(linked(text))


def quote(marked: str) -> str:
    """Text that is in Slack's markup already, as a block quote."""
    return "\n".join(f">{line}" for line in marked.splitlines())


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word, with "…" where something is left out."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    at_word = head.rsplit(None, 1)[0] if " " in head[limit // 2 :] else head
    return at_word.rstrip() + "…"


def both_ends(text: str, limit: int) -> str:
    """As `shortened`, with "…" in the middle: its end is kept, too."""
    if len(text) <= limit:
        return text
    _cut, _space, tail = text[-limit // 2 :].partition(" ")
    return f"{shortened(text, limit - len(tail) - 1)} {tail}".rstrip()


def fitted(marked: str, limit: int) -> str:
    """As `shortened`, for text that is in Slack's markup already: nothing of that is cut in two."""
    return marked if len(marked) <= limit else marked[: uncut(marked, limit - 1)].rstrip() + "…"


def uncut(marked: str, at: int) -> int:
    """The last place up to `at` where text in Slack's markup can be cut: not inside `<@U1>`, a link or `&amp;`."""
    begin = marked.rfind("<", 0, at)
    if begin > 0 and marked.find(">", begin, at) == -1:  # what people type has no bare "<": it is escaped
        at = begin
    begin = marked.rfind("&", max(0, at - len("&amp")), at)
    return begin if begin > 0 and marked.find(";", begin, at) == -1 else at


def headed(words: str, limit: int) -> tuple[str, str]:
    """What was said as a title; and whole, for the field below, when it has more lines or is too long for a title."""
    title = shortened(words.partition("\n")[0], limit)
    return title, "" if title == words else words


def first_lines(text: str, *, lines: int, characters: int) -> str:
    """The beginning of a longer text, for a card: "…" says that there is more."""
    kept = "\n".join(text.strip().splitlines()[:lines])
    kept = shortened(kept, characters)
    return kept if kept.endswith("…") or kept == text.strip() else f"{kept} …"


def is_person(name: str) -> bool:
    """Whether it is Slack's id of a person; what is none is a name as a file has it."""
    return bool(_PERSON.fullmatch(name))


def mention(user_id: str) -> str:
    """A person by Slack's id; what is none, such as a name from an imported file, stays a word."""
    return f"<@{user_id}>" if is_person(user_id) else escape(user_id)


def mentions(user_ids: Iterable[str]) -> str:
    return ", ".join(map(mention, user_ids))


def joined(user_ids: Sequence[str], muted: Mapping[str, str], *, most: int = NAMES_SHOWN) -> str:
    """`@ana, @ben and @cem`; `muted`: the names of those who are not to be mentioned."""
    named = [escape(muted[user]) if user in muted else mention(user) for user in user_ids[:most]]
    if len(user_ids) > most:
        named.append(ngettext("{n} more", "{n} more", len(user_ids) - most))
    return named[0] if len(named) == 1 else _("{most} and {last}", most=", ".join(named[:-1]), last=named[-1])


def channel(channel_id: str) -> str:
    """A channel by Slack's id; who cannot see it reads "private channel"."""
    return f"<#{channel_id}>" if _CONVERSATION.fullmatch(channel_id) else escape(channel_id)


def link(url: str, words: str) -> str:
    return f"<{url}|{escape(words)}>"


def moment(at: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """A time that each reader sees in their own zone (Slack's date token), with UTC where it cannot be shown."""
    return f"<!date^{int(at.timestamp())}^{form}|{at:%d %b %Y %H:%M} UTC>"


def day(on: date) -> str:
    """A date without a time is the same everywhere, so it is written out: 15 Feb 2026."""
    return f"{on.day} {on:%b %Y}"


def without_tone(reaction: str) -> str:
    """`+1` for `+1::skin-tone-3`."""
    return reaction.partition("::")[0]
