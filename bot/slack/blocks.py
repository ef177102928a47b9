"""Blocks as the bot uses them: the SDK's typed models, which refuse wrong lengths, behind the few shapes we need."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    CheckboxesElement,
    ConfirmObject,
    ContextBlock,
    DatePickerElement,
    DividerBlock,
    ExternalDataSelectElement,
    HeaderBlock,
    InputBlock,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
    SectionBlock,
    StaticSelectElement,
    TimePickerElement,
    UserMultiSelectElement,
    UserSelectElement,
)
from slack_sdk.models.blocks.block_elements import (
    ConversationSelectElement,
    InputInteractiveElement,
    InteractiveElement,
)
from slack_sdk.models.views import View

from bot.i18n import _
from bot.slack import limits
from bot.slack.rendering import rendered
from bot.slack.text import fitted, plain, shortened, uncut

Payload = dict[str, Any]
"""What a message or a view is when it goes over the wire: JSON."""

SECTIONS_TOTAL = 6_000
"""Characters in the sections of a message: the rest of MESSAGE_TOTAL is for header, context lines and buttons."""

VALUE = "value"
"""The action id of every input but those that search; the block id is the field's name, so the pair stays the same."""


def text(words: str) -> PlainTextObject:
    return PlainTextObject(text=words)


def mrkdwn(words: str) -> MarkdownTextObject:
    """`verbatim`, so that Slack makes no mention or link of its own out of what a person typed."""
    return MarkdownTextObject(text=words, verbatim=True)


# Blocks that show


def header(words: str) -> HeaderBlock:
    return HeaderBlock(text=text(shortened(plain(words), limits.HEADER_TEXT)))


def section(
    words: str, *, accessory: InteractiveElement | None = None, block_id: str | None = None
) -> SectionBlock:
    return SectionBlock(
        text=mrkdwn(fitted(words, limits.SECTION_TEXT) or "…"), accessory=accessory, block_id=block_id
    )


def sections(words: str) -> list[Block]:
    """A longer text whole, in as many sections as Slack's limit asks for."""
    return [section(part) for part in pieces(words, limits.SECTION_TEXT)]


def context(*lines: str) -> ContextBlock:
    """Small lines; more than a context holds share its last element."""
    apart, rest = lines[: limits.CONTEXT_ELEMENTS - 1], lines[limits.CONTEXT_ELEMENTS - 1 :]
    last = ["\n".join(rest)] if rest else []
    return ContextBlock(elements=[mrkdwn(fitted(line, limits.CONTEXT_TEXT)) for line in [*apart, *last]])


def divider() -> DividerBlock:
    return DividerBlock()


def pieces(words: str, limit: int) -> list[str]:
    """The text cut into parts of at most `limit` characters, at line ends or spaces where there are any."""
    parts: list[str] = []
    rest = words
    while len(rest) > limit:
        at = max(rest.rfind("\n", 1, limit + 1), rest.rfind(" ", limit // 2, limit + 1))
        at = uncut(rest, at if at > 0 else limit)
        parts.append(rest[:at])
        rest = rest[at:].lstrip(" \n") if rest[at] in " \n" else rest[at:]
    return [*parts, rest] if rest else parts


# Elements that act


def button(
    words: str,
    action_id: str,
    *,
    value: object = "",
    style: str | None = None,
    url: str | None = None,
    confirm: str | None = None,
) -> ButtonElement:
    """`confirm`: what is said of a step that cannot be taken back, before it is."""
    return ButtonElement(
        text=text(shortened(words, limits.BUTTON_TEXT)),
        action_id=action_id,
        value=str(value) or None,
        style=style,
        url=url,
        confirm=_sure(words, confirm) if confirm else None,
    )


def _sure(words: str, says: str) -> ConfirmObject:
    return ConfirmObject(title=f"{words}?", text=text(says), confirm=words, deny=_("Keep it"))


def actions(*elements: InteractiveElement, block_id: str | None = None) -> ActionsBlock:
    return ActionsBlock(elements=list(elements), block_id=block_id)


def overflow(action_id: str, choices: Iterable[tuple[str, object]]) -> OverflowMenuElement:
    return OverflowMenuElement(action_id=action_id, options=options(choices))


def options(choices: Iterable[tuple[str, object]]) -> list[Option]:
    """(what is shown, what comes back) pairs."""
    return [
        Option(text=text(shortened(plain(shown), limits.OPTION_TEXT)), value=str(value))
        for shown, value in choices
    ]


# Inputs: one a block, the block id is the field's name


def field(
    name: str,
    label: str,
    element: InputInteractiveElement,
    *,
    hint: str | None = None,
    optional: bool = True,
    tells: bool = False,
) -> InputBlock:
    """`tells`: choosing something is told at once, with all that stands in the form (not for text: every key would be)."""
    return InputBlock(
        block_id=name,
        label=text(label),
        element=element,
        hint=text(hint) if hint else None,
        optional=optional,
        dispatch_action=tells or None,
    )


def text_input(
    value: str | None = None,
    *,
    multiline: bool = False,
    placeholder: str | None = None,
    max_length: int = limits.INPUT_TEXT,
    focus: bool = False,
) -> PlainTextInputElement:
    return PlainTextInputElement(
        action_id=VALUE,
        initial_value=value or None,
        multiline=multiline,
        placeholder=placeholder,
        max_length=max_length,
        focus_on_load=focus or None,
    )


def people_input(user_ids: Sequence[str] = (), *, placeholder: str | None = None) -> UserMultiSelectElement:
    return UserMultiSelectElement(
        action_id=VALUE, initial_users=list(user_ids) or None, placeholder=placeholder
    )


def person_input(user_id: str | None = None) -> UserSelectElement:
    return UserSelectElement(action_id=VALUE, initial_user=user_id)


def channel_input(channel_id: str | None = None) -> ConversationSelectElement:
    """Public and private channels, no DMs."""
    element = ConversationSelectElement(action_id=VALUE, initial_conversation=channel_id)
    element.filter = {"include": ["public", "private"], "exclude_bot_users": True}  # type: ignore[assignment]
    return element


def date_input(on: date | str | None = None) -> DatePickerElement:
    return DatePickerElement(action_id=VALUE, initial_date=str(on) if on else None)


def time_input(at: str | None = None) -> TimePickerElement:
    """`at` as `09:30`."""
    return TimePickerElement(action_id=VALUE, initial_time=at)


def select_input(choices: Sequence[tuple[str, object]], *, chosen: object = None) -> StaticSelectElement:
    made = options(choices)
    return StaticSelectElement(action_id=VALUE, options=made, initial_option=_chosen(made, chosen))


def search_input(
    action_id: str, *, chosen: tuple[str, object] | None = None, placeholder: str | None = None
) -> ExternalDataSelectElement:
    """A menu too long to be sent whole: what was typed is looked up by the ritual's listener for this action id."""
    return ExternalDataSelectElement(
        action_id=action_id,
        initial_option=options([chosen])[0] if chosen else None,
        min_query_length=1,
        placeholder=placeholder,
    )


def radio_input(choices: Sequence[tuple[str, object]], *, chosen: object = None) -> RadioButtonsElement:
    made = options(choices)
    return RadioButtonsElement(action_id=VALUE, options=made, initial_option=_chosen(made, chosen))


def checkboxes_input(
    choices: Sequence[tuple[str, object]], *, chosen: Sequence[object] = ()
) -> CheckboxesElement:
    made = options(choices)
    initial = [option for option in made if option.value in map(str, chosen)]
    return CheckboxesElement(action_id=VALUE, options=made, initial_options=initial or None)


def _chosen(made: list[Option], value: object) -> Option | None:
    return (
        next((option for option in made if option.value == str(value)), None) if value is not None else None
    )


# Whole surfaces


def message(words: str, blocks: Sequence[Block] = ()) -> Payload:
    """A message: its full text for notifications and screen readers, and its blocks."""
    payload: Payload = {"text": fitted(words, limits.MESSAGE_TEXT)}
    if blocks:
        payload["blocks"] = _within_total(rendered(blocks))
    return payload


def _within_total(blocks: list[Payload]) -> list[Payload]:
    """Slack refuses a message with too much text in all; then the longest sections give way, with "…"."""
    sections = [block for block in blocks if block["type"] == "section" and "text" in block]
    for most in (1_500, 700, 300):
        if sum(len(block["text"]["text"]) for block in sections) <= SECTIONS_TOTAL:
            break
        for block in sections:
            block["text"]["text"] = fitted(block["text"]["text"], most)
    return blocks


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str | None = None,
    close: str | None = None,
    private_metadata: str | None = None,
) -> Payload:
    """A modal. With inputs in it `submit` says what the button does; without, there is only a way to close it."""
    if submit is None and any(isinstance(block, InputBlock) for block in blocks):
        raise ValueError(f"the modal {callback_id} asks for something and has no submit button")
    view = View(
        type="modal",
        callback_id=callback_id,
        title=text(shortened(title, limits.VIEW_TITLE)),
        submit=text(submit) if submit else None,
        close=text(close or (_("Cancel") if submit else _("Close"))),
        blocks=list(blocks),
        private_metadata=private_metadata,
    )
    shown: Payload = rendered(view)
    return shown


def raw_modal(callback_id: str, title: str, blocks: Sequence[dict[str, Any]]) -> Payload:
    """A modal that only shows, from the blocks of a message that was made already."""
    return {**modal(callback_id, title, [divider()]), "blocks": list(blocks)}


def home(blocks: Sequence[Block]) -> Payload:
    shown: Payload = rendered(View(type="home", blocks=list(blocks)[: limits.VIEW_BLOCKS]))
    return shown
