"""What a person is told when a message could not be sent: what happened, and what to do."""

from bot.i18n import _
from bot.outbox.codes import KEY_LOST
from bot.outbox.models import CANVASES, DeliveryState, Kind


def notice(*, state: DeliveryState, code: str, recipient: str, kind: Kind = Kind.POST) -> dict[str, str]:
    """The payload of a direct message. `recipient`: where it should have gone."""
    place = f"<@{recipient}>" if recipient.startswith(("U", "W")) else f"<#{recipient}>"
    if state is DeliveryState.PAUSED:
        return {"text": _paused(code, place)}
    if code == KEY_LOST:
        return {
            "text": _(
                "What was for {place} could not be sent: it is encrypted, and the key is gone. "
                "When whoever runs me has put the key back, press “send again” in my Home tab.",
                place=place,
            )
        }
    if kind in CANVASES:
        return {"text": _of_canvas(state, code, place)}
    if state is DeliveryState.UNCERTAIN:
        return {
            "text": _(
                "A message for {place} may or may not have arrived, and I may not look there. "
                "Please look, then choose in my Home tab: send it again, or let it go.",
                place=place,
            )
        }
    return {
        "text": _(
            "A message for {place} could not be sent: Slack answered `{code}`. "
            "It is kept in my Home tab, where you can send it again or let it go.",
            place=place,
            code=code,
        )
    }


def _of_canvas(state: DeliveryState, code: str, place: str) -> str:
    if state is DeliveryState.UNCERTAIN:
        return _(
            "A canvas may or may not have been made in {place}, and Slack does not let me look. Please look at the "
            "tabs of the channel and delete it if it is there, then press “send again” in my Home tab.",
            place=place,
        )
    return _(
        "A canvas in {place} could not be brought up to date: Slack answered `{code}`. "
        "It is kept in my Home tab, where you can send it again or let it go.",
        place=place,
        code=code,
    )


def _paused(code: str, place: str) -> str:  # noqa: PLR0911 -- one sentence a kind of obstacle
    match code:
        case "is_archived" | "is_inactive":
            return _(
                "{place} is archived, so nothing goes there any more. "
                "Unarchive it and I go on, or choose another channel in my Home tab.",
                place=place,
            )
        case "not_in_channel" | "channel_not_found":
            return _(
                "I cannot post in {place}: I am not in it. Invite me there with `/invite`, and what waits is sent.",
                place=place,
            )
        case "missing_scope":
            return _(
                "I cannot post in {place}: the app lacks a permission. "
                "Ask a workspace admin to install it again and to agree to what it asks for.",
                place=place,
            )
        case "messages_tab_disabled":
            return _(
                "I cannot write to {place}: direct messages to this app are switched off. "
                "Ask a workspace admin to switch on its messages tab.",
                place=place,
            )
        case "message_limit_exceeded":
            return _(
                "Slack takes no more messages from this workspace: its plan's limit is reached. "
                "When that is over, press “send again” in my Home tab.",
            )
        case "thread_locked" | "restricted_action_thread_locked":
            return _(
                "A thread in {place} is locked, so my reply was not posted. "
                "Unlock it and press “send again” in my Home tab.",
                place=place,
            )
        case _:
            return _(
                "I am not allowed to post in {place} (Slack answered `{code}`). "
                "Ask an admin to let this app post there, then press “send again” in my Home tab.",
                place=place,
                code=code,
            )
