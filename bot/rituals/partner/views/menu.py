"""The menu, muting, and the first hello."""

from collections.abc import Callable, Sequence

from slack_sdk.models.blocks import Block, ButtonElement

from bot.i18n import _
from bot.people.offers import SET_UP, set_up_words
from bot.rituals.partner import ids
from bot.slack import blocks as b

Menu = Sequence[tuple[str, Callable[[], str]]]


def menu(commands: Menu, *, muted: bool) -> b.Payload:
    lines = [f"`{command}` · {summary()}" for command, summary in commands]
    lines += [
        _("`/partner team` · who is PM, who leads, which channel"),
        _(
            "`/partner away` · say when you are away, and nothing of mine waits for you; `/partner back` ends it"
        ),
        _("`/partner mute` · no more mentions of you by me; `/partner unmute` brings them back"),
    ]
    blocks: list[Block] = [b.section(line) for line in lines]
    return b.message("\n".join(lines), [*blocks, b.actions(_set_up(), quiet(muted=muted))])


def _set_up() -> ButtonElement:
    return b.button(set_up_words(), SET_UP, style="primary")


def quiet(*, muted: bool) -> ButtonElement:
    return b.button(_("Unmute me"), ids.UNMUTE) if muted else b.button(_("Mute me"), ids.MUTE)


def muted_words(*, muted: bool) -> str:
    if muted:
        return _(
            "I will not mention you any more. What waits for you is in my Home tab. `/partner unmute` undoes it."
        )
    return _("I mention you again where you must know something.")


def welcome() -> b.Payload:
    lines = [
        _("Hello, I keep what your team decides, and why, where everybody finds it again."),
        _("Two steps: set up your team, then type `/decision` in its channel."),
        _(
            "I keep no messages but those you hand me, as by the message shortcut *Log as decision*, and their "
            "threads where I may read them."
        ),
    ]
    blocks: list[Block] = [b.section(line) for line in lines]
    return b.message("\n".join(lines), [*blocks, b.actions(_set_up())])
