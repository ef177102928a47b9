"""What each of Slack's answers means for a message, a canvas or a pin: the one table, and what is otherwise by method.

Sources: the error lists of chat.postMessage, chat.update, chat.postEphemeral, conversations.open, canvases.create,
canvases.edit, conversations.canvases.create and pins.add on docs.slack.dev.
"""

from collections.abc import Mapping
from enum import StrEnum


class Verdict(StrEnum):
    SENT = "sent"
    RETRY = "retry"  # certainly not sent; later it may work
    UNCERTAIN = "uncertain"  # it may have been sent: look before the next try
    PAUSE = "pause"  # certainly not sent; a person must change something in Slack first
    SUSPEND = "suspend"  # nothing of this workspace can be sent until it is installed again
    DEAD = "dead"  # certainly not sent, and never will be as it is
    SKIP = "skip"  # there is nothing left to do it to
    BACK = "back"  # not tried, back in line


NO_ANSWER = "no_answer"  # the connection broke or timed out after the request may have left
UNREACHABLE = "unreachable"  # no connection: the request never left
UNREADABLE = "unreadable"  # we may not read the conversation, so we cannot tell
TOO_LATE = "too_late"  # it was of use until a time that has passed
KEY_LOST = "key_lost"  # none of the keys can read what was to be sent
MESSAGE_GONE = "message_not_found"

OF_A_THREAD = frozenset(
    {"restricted_action_non_threadable_channel", "restricted_action_thread_locked", "thread_locked"}
)
"""What pauses a reply and says nothing of its channel, where all else is posted."""

CODES: Mapping[str, Verdict] = {
    UNREACHABLE: Verdict.RETRY,
    TOO_LATE: Verdict.SKIP,
    KEY_LOST: Verdict.DEAD,
    **dict.fromkeys(
        (
            "rate_limited",
            "ratelimited",
            "external_channel_migrating",
            "org_login_required",  # the workspace is moving to an Enterprise organisation
            "team_added_to_org",
        ),
        Verdict.RETRY,
    ),
    NO_ANSWER: Verdict.UNCERTAIN,
    UNREADABLE: Verdict.UNCERTAIN,
    **dict.fromkeys(
        (
            "duplicate_channel_not_found",  # about a client_msg_id Slack saw before, so something was sent once
            "duplicate_message_not_found",
            "fatal_error",
            "internal_error",
            "request_timeout",
            "service_unavailable",
        ),
        Verdict.UNCERTAIN,
    ),
    **dict.fromkeys(
        (
            "access_denied",
            "accesslimited",
            "app_access_restricted",
            "channel_not_found",
            "ekm_access_denied",
            "enterprise_is_restricted",
            "is_archived",
            "is_inactive",  # what chat.update says of an archived channel
            "message_limit_exceeded",
            "messages_tab_disabled",
            "missing_scope",
            "no_permission",
            "not_in_channel",
            "restricted_action",
            "restricted_action_non_threadable_channel",
            "restricted_action_read_only_channel",
            "restricted_action_thread_locked",
            "restricted_action_thread_only_channel",
            "team_access_not_granted",
            "thread_locked",
            "two_factor_setup_required",
        ),
        Verdict.PAUSE,
    ),
    **dict.fromkeys(
        (
            "account_inactive",
            "invalid_auth",
            "not_allowed_token_type",
            "not_authed",
            "token_expired",
            "token_revoked",
        ),
        Verdict.SUSPEND,
    ),
    **dict.fromkeys(
        (
            "agent_prompt_display_not_allowed",
            "as_user_not_supported",
            "attachment_payload_limit_exceeded",
            "block_mismatch",
            "cannot_dm_bot",
            "cannot_reply_to_message",
            "cant_update_message",
            "deprecated_endpoint",
            "draft_already_deleted",
            "draft_already_sent",
            "draft_has_conflict",
            "draft_not_found",
            "edit_window_closed",
            "invalid_arg_name",
            "invalid_arguments",
            "invalid_array_arg",
            "invalid_attachments",
            "invalid_blocks",
            "invalid_blocks_format",
            "invalid_charset",
            "invalid_form_data",
            "invalid_metadata_format",
            "invalid_metadata_schema",
            "invalid_post_type",
            "markdown_text_conflict",
            "metadata_must_be_sent_from_app",
            "metadata_too_large",
            "method_deprecated",
            "method_not_supported_for_channel_type",
            "missing_file_data",
            "missing_post_type",
            "msg_blocks_too_long",
            "msg_too_long",
            "no_text",
            "send_on_behalf_not_allowed",
            "slack_connect_canvas_sharing_blocked",
            "slack_connect_file_link_sharing_blocked",
            "slack_connect_lists_sharing_blocked",
            "team_not_found",
            "too_many_attachments",
            "too_many_contact_cards",
            "update_failed",
            "user_disabled",
            "user_not_found",
            "user_not_in_channel",
            "user_not_visible",
        ),
        Verdict.DEAD,
    ),
    MESSAGE_GONE: Verdict.SKIP,  # somebody deleted what was to be changed
}


# A canvas and a pin are extras: where they cannot be had they are given up, and whoever asked does without.
_NO_CANVAS = dict.fromkeys(
    (
        "access_denied",
        "canvas_creation_failed",
        "canvas_disabled_user_team",
        "canvas_tab_creation_failed",
        "free_team_canvas_tab_already_exists",  # the one that Slack's free plan has, and somebody else made it
        "free_teams_cannot_create_non_tabbed_canvases",
        "free_teams_cannot_edit_standalone_canvases",
        "missing_scope",
        "no_permission",
        "restricted_action",
        "team_tier_cannot_create_channel_canvases",
    ),
    Verdict.SKIP,
)
CANVAS_GONE = frozenset({"canvas_deleted", "canvas_not_found"})

BY_METHOD: Mapping[str, Mapping[str, Verdict]] = {
    "canvases.create": _NO_CANVAS,
    "canvases.edit": {
        **_NO_CANVAS,
        **dict.fromkeys(CANVAS_GONE, Verdict.SKIP),
        "canvas_editing_failed": Verdict.RETRY,
        "canvas_editing_locked": Verdict.RETRY,  # somebody is at it right now
    },
    "pins.add": dict.fromkeys(
        (
            "access_denied",
            "already_pinned",
            "bad_timestamp",
            "channel_not_found",
            "is_archived",
            "missing_scope",
            "no_item_specified",
            "no_permission",
            "not_in_channel",
            "not_pinnable",
            "permission_denied",
            "restricted_action",
        ),
        Verdict.SKIP,
    ),
}


def verdict_on(code: str, method: str = "") -> Verdict:
    """What to do about an error code. One that Slack has not documented is tried again, a few times."""
    return BY_METHOD.get(method, {}).get(code) or CODES.get(code, Verdict.RETRY)


def is_known(code: str) -> bool:
    return code in CODES or any(code in codes for codes in BY_METHOD.values())
