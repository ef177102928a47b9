"""Every error code that the Web API answers here, and to which methods; a test shows each of these pairs."""

import dataclasses

from bot.playground.rules.limits import DOCS, METHODS

WEB_API = DOCS + "apis/web-api"


@dataclasses.dataclass(frozen=True, slots=True)
class Code:
    """`source`: the page that has it, where that is not the method's own."""

    error: str
    when: str
    methods: tuple[str, ...]
    source: str = ""

    def page(self, method: str) -> str:
        return self.source or f"{METHODS}/{method}"


def _code(error: str, when: str, methods: str, source: str = "") -> Code:
    return Code(error, when, tuple(methods.split()), source)


_POSTS = "chat.postMessage chat.update chat.postEphemeral"

CODES: tuple[Code, ...] = (
    # who calls, and how
    _code("unknown_method", "a method that does not exist", "no.such.method", WEB_API),
    _code("invalid_json", "a JSON body that is none", "auth.test", WEB_API),
    _code("json_not_object", "a JSON body that is no object", "auth.test", WEB_API),
    _code("not_authed", "no token", "auth.test"),
    _code("invalid_auth", "a token that nobody has", "auth.test"),
    _code("account_inactive", "the app is not installed, or no longer", "auth.test"),
    _code("token_revoked", "the token was revoked", "auth.test"),
    _code("token_expired", "a rotating token after twelve hours", "auth.test"),
    _code(
        "not_allowed_token_type",
        "a bot's token where the app's is needed, or the other way",
        "auth.test apps.connections.open",
    ),
    _code(
        "missing_scope",
        "the app was not granted the right; `needed` says which",
        "chat.postMessage users.list conversations.list conversations.info conversations.members "
        "conversations.history conversations.replies conversations.open "
        "canvases.create canvases.edit pins.add",
    ),
    _code(
        "ratelimited",
        "more calls than the tier of the method allows; HTTP 429 with `Retry-After`",
        "chat.postMessage users.list",
        DOCS + "apis/web-api/rate-limits",
    ),
    # arguments
    _code(
        "invalid_arguments",
        "a required argument is missing, or one is of the wrong shape; `messages` say which",
        f"{_POSTS} chat.delete chat.getPermalink views.open views.push views.update views.publish "
        "conversations.history conversations.list conversations.replies conversations.setTopic "
        "usergroups.users.list bookmarks.add files.getUploadURLExternal files.completeUploadExternal files.info "
        "canvases.create canvases.edit",
    ),
    _code(
        "invalid_cursor",
        "a cursor that Slack did not give",
        "conversations.list conversations.members conversations.history users.list",
    ),
    _code("invalid_limit", "a page of less than one", "conversations.list conversations.members users.list"),
    _code(
        "invalid_types",
        "a kind of conversation that does not exist",
        "conversations.list users.conversations",
    ),
    # messages
    _code(
        "channel_not_found",
        "no such conversation, or one that the app may not see",
        f"{_POSTS} chat.delete chat.getPermalink conversations.info conversations.members "
        "conversations.history conversations.replies conversations.open conversations.join "
        "conversations.invite conversations.leave conversations.setTopic conversations.canvases.create "
        "canvases.create "
        "pins.add pins.remove pins.list bookmarks.add bookmarks.list reactions.add reactions.remove "
        "reactions.get files.completeUploadExternal",
    ),
    _code(
        "not_in_channel",
        "the app is not in the channel",
        "chat.postMessage chat.postEphemeral conversations.history conversations.replies "
        "conversations.invite conversations.setTopic pins.add reactions.add bookmarks.add "
        "conversations.canvases.create canvases.create files.completeUploadExternal",
    ),
    _code(
        "is_archived",
        "the channel is archived",
        "chat.postMessage chat.postEphemeral conversations.join conversations.invite "
        "conversations.setTopic reactions.add",
    ),
    _code("is_inactive", "the message stands in an archived channel", "chat.update"),
    _code("messages_tab_disabled", "the app has no Messages tab to be written to", "chat.postMessage"),
    _code("cannot_dm_bot", "direct messages with a bot", "chat.postMessage conversations.open"),
    _code(
        "thread_not_found",
        "no such message to reply to",
        "chat.postMessage conversations.replies files.completeUploadExternal",
    ),
    _code("cannot_reply_to_message", "the message to reply to was deleted", "chat.postMessage"),
    _code("no_text", "neither text nor blocks nor attachments", _POSTS),
    _code("msg_too_long", "`text` of an update or `markdown_text` is too long", _POSTS),
    _code("msg_blocks_too_long", "the blocks have too much text together", _POSTS),
    _code("markdown_text_conflict", "`markdown_text` beside text or blocks", _POSTS),
    _code("invalid_blocks_format", "`blocks` is no JSON, or no list", _POSTS),
    _code("invalid_blocks", "a block breaks a rule below; `messages` say which and where", _POSTS),
    _code(
        "invalid_attachments", "attachments are no list of objects, or with bad blocks; two tables", _POSTS
    ),
    _code("invalid_attachments_format", "`attachments` is no JSON", _POSTS),
    _code("too_many_attachments", "more than 100 attachments", _POSTS),
    _code("invalid_metadata_format", "metadata without `event_type` or `event_payload`, or no JSON", _POSTS),
    _code("metadata_too_large", "metadata is too large", _POSTS),
    _code(
        "message_not_found",
        "no such message",
        "chat.update chat.delete chat.getPermalink pins.add pins.remove reactions.add reactions.remove "
        "reactions.get",
    ),
    _code("cant_update_message", "a message of somebody else", "chat.update"),
    _code("cant_delete_message", "a message of somebody else", "chat.delete"),
    _code("user_not_in_channel", "the person is not in the channel", "chat.postEphemeral"),
    # conversations and people
    _code("invalid_ts_oldest", "`oldest` is no time", "conversations.history conversations.replies"),
    _code("invalid_ts_latest", "`latest` is no time", "conversations.history conversations.replies"),
    _code("users_list_not_supplied", "neither `channel` nor `users`", "conversations.open"),
    _code("too_many_users", "more than eight people", "conversations.open"),
    _code("user_disabled", "the person was deactivated", "conversations.open"),
    _code(
        "user_not_found",
        "no such person",
        "conversations.open conversations.invite users.info users.conversations views.publish",
    ),
    _code(
        "method_not_supported_for_channel_type", "a channel that nobody can just join", "conversations.join"
    ),
    _code("no_user", "nobody to invite", "conversations.invite"),
    _code("cant_invite_self", "the app invites itself", "conversations.invite"),
    _code("already_in_channel", "the person is there already", "conversations.invite"),
    _code("too_long", "a topic of more than 250 characters", "conversations.setTopic"),
    _code("no_such_subteam", "no such user group", "usergroups.users.list"),
    _code("bot_not_found", "no such bot", "bots.info"),
    # what hangs on messages and channels
    _code(
        "no_item_specified",
        "no message is named",
        "pins.add pins.remove reactions.add reactions.remove reactions.get",
    ),
    _code("already_pinned", "the message is pinned", "pins.add"),
    _code("no_pin", "the message is not pinned", "pins.remove"),
    _code("invalid_name", "no name of an emoji", "reactions.add"),
    _code("already_reacted", "the app has this reaction there", "reactions.add"),
    _code("no_reaction", "the app has no such reaction there", "reactions.remove"),
    _code("invalid_bookmark_type", "anything but a link", "bookmarks.add"),
    _code("invalid_link", "a link that is not HTTP", "bookmarks.add"),
    _code(
        "file_not_found",
        "no such file, or one that the app may not see",
        "files.info files.delete files.completeUploadExternal",
    ),
    _code("canvas_not_found", "no such canvas", "canvases.edit"),
    _code("canvas_creation_failed", "a canvas of more than 1 MiB", "canvases.create"),
    _code("canvas_editing_failed", "a change that is not known here", "canvases.edit"),
    _code("channel_canvas_already_exists", "a channel's second own canvas", "conversations.canvases.create"),
    _code(
        "canvas_disabled_user_team",
        "canvases are switched off (a workspace seeded with the plan `no_canvases`)",
        "canvases.create canvases.edit conversations.canvases.create",
    ),
    _code(
        "free_teams_cannot_create_non_tabbed_canvases",
        "on the free plan, a canvas that is in no channel",
        "canvases.create",
    ),
    _code(
        "free_team_canvas_tab_already_exists",
        "on the free plan, a channel's second canvas",
        "canvases.create conversations.canvases.create",
        f"{METHODS}/conversations.canvases.create",
    ),
    # views
    _code(
        "invalid_trigger_id",
        "a trigger that Slack did not give; to push, one that was not given in a modal",
        "views.open views.push",
    ),
    _code("expired_trigger_id", "a trigger older than three seconds", "views.open views.push"),
    _code("exchanged_trigger_id", "a trigger that opened a view already", "views.open views.push"),
    _code("push_limit_reached", "a fourth view on the stack", "views.push"),
    _code(
        "duplicate_external_id",
        "another view has this `external_id`",
        "views.open views.push views.update views.publish",
    ),
    _code("hash_conflict", "the view changed since", "views.update views.publish"),
    _code("not_found", "no such view", "views.update"),
    _code("not_enabled", "the app has no Home tab", "views.publish"),
    _code(
        "view_too_large",
        "a view of more than 250 KB",
        "views.open views.push views.update views.publish",
    ),
    # installing
    _code("invalid_client_id", "not this app", "oauth.v2.access oauth.v2.exchange apps.uninstall"),
    _code("bad_client_secret", "not this app's secret", "oauth.v2.access oauth.v2.exchange apps.uninstall"),
    _code("invalid_code", "a code that nobody granted, or older than ten minutes", "oauth.v2.access"),
    _code("code_already_used", "a code that was traded already", "oauth.v2.access"),
    _code("bad_redirect_uri", "another address than the code was granted for", "oauth.v2.access"),
    _code("invalid_refresh_token", "a refresh token that nobody has, or a spent one", "oauth.v2.access"),
)

_ANSWERING = DOCS + "interactivity/handling-user-interaction"

# What an address for answers, or an answer to a submitted form, may meet; no method of the Web API.
ELSEWHERE: tuple[Code, ...] = (
    Code("expired_url", "thirty minutes later", ("response_url",), _ANSWERING),
    Code("used_url", "a sixth time", ("response_url",), _ANSWERING),
    Code(
        "invalid_response_action",
        "an action that does not exist",
        ("view_submission",),
        DOCS + "surfaces/modals",
    ),
    Code("invalid_errors", "an error for no input block", ("view_submission",), DOCS + "surfaces/modals"),
)
