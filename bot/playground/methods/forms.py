"""The methods that see no JSON body: mostly those that read. Their arguments come in the query or as a form.

https://docs.slack.dev/apis/web-api (2026-11) says only that "most write methods" take JSON, and today's pages of
users.info and conversations.history name `application/json`, which is not so. The list is the one of
github.com/HubSpot/slack-client, SlackMethods.java (`FORM_ENCODING_ONLY`, after the older pages, which said it of each
method), and of slack_sdk 3.47, which sends none of these as JSON; what came later is judged by that client alone.

The call is answered as if its arguments had been left out. Seen of Slack:
    conversations.replies    `invalid_arguments`     github.com/Yeachan-Heo/gajae-code/pull/3824 (2026-08)
    users.info, users.list   `user_not_found`; `limit` is ignored     github.com/kortix-ai/suna/pull/6616 (2026-08)
    chat.getPermalink        `missing required field: channel`     github.com/stoiveyp/Slack.NetStandard/issues/45 (2021-03)
"""

FORM_ONLY = frozenset(
    {
        "api.test",
        "apps.uninstall",
        "auth.revoke",
        "bots.info",
        "chat.getPermalink",
        "conversations.history",
        "conversations.info",
        "conversations.list",
        "conversations.members",
        "conversations.replies",
        "files.getUploadURLExternal",
        "files.info",
        "oauth.v2.access",
        "oauth.v2.exchange",
        "pins.list",
        "reactions.get",
        "team.info",
        "usergroups.list",
        "usergroups.users.list",
        "users.conversations",
        "users.info",
        "users.list",
    }
)
