"""Small valid texts, elements, blocks and payloads for the tests of the rule book; each call makes a new one."""

from typing import Any

from bot.playground import rules

Json = dict[str, Any]


def plain(text: str = "Hello") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "*Hello*") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a", **more: Any) -> Json:
    return {"text": plain(value[:75]), "value": value, **more}


def options(count: int) -> list[Json]:
    return [option(f"choice {number}") for number in range(count)]


def confirm(**more: Any) -> Json:
    return {
        "title": plain("Sure?"),
        "text": mrkdwn("It cannot be *undone*."),
        "confirm": plain("Do it"),
        "deny": plain("Stop"),
        **more,
    }


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("Go"), **more}


def buttons(count: int) -> list[Json]:
    return [button(action_id=f"button-{number}") for number in range(count)]


def select(**more: Any) -> Json:
    return {"type": "static_select", "options": options(2), **more}


def header(text: str = "Hello") -> Json:
    return {"type": "header", "text": plain(text)}


def section(text: str = "Hello", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements)}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://example.org/cat.png", "alt_text": "A cat", **more}


def text_input(**more: Any) -> Json:
    return {"type": "plain_text_input", **more}


def asked(element: Json | None = None, **more: Any) -> Json:
    return {"type": "input", "label": plain("Your name"), "element": element or text_input(), **more}


def rich_text(*inline: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(inline)}]}


def cells(*texts: str) -> list[Json]:
    return [{"type": "raw_text", "text": text} for text in texts]


def table(*rows: list[Json], **more: Any) -> Json:
    return {"type": "table", "rows": list(rows), **more}


def data_table(*rows: list[Json], **more: Any) -> Json:
    return {"type": "data_table", "caption": "Decisions", "rows": list(rows), **more}


def pie(count: int = 2, **more: Any) -> Json:
    segments = [{"label": f"Part {number}", "value": number + 1} for number in range(count)]
    return chart({"type": "pie", "segments": segments}, **more)


def bars(names: list[str], categories: list[str], **axes: Any) -> Json:
    series = [{"name": name, "data": [{"label": c, "value": 1} for c in categories]} for name in names]
    return chart({"type": "bar", "series": series, "axis_config": {"categories": categories, **axes}})


def chart(payload: Json, **more: Any) -> Json:
    return {"type": "data_visualization", "title": "Votes", "chart": payload, **more}


def card(**more: Any) -> Json:
    return {"type": "card", "title": mrkdwn("A card"), **more}


def container(*blocks: Json, **more: Any) -> Json:
    return {"type": "container", "title": plain("A box"), "child_blocks": list(blocks), **more}


def task(**more: Any) -> Json:
    return {"type": "task_card", "task_id": "1", "title": "Look it up", "status": "pending", **more}


def video(**more: Any) -> Json:
    return {
        "type": "video",
        "title": plain("How to"),
        "alt_text": "How to",
        "thumbnail_url": "https://example.org/t.png",
        "video_url": "https://example.org/v",
        **more,
    }


def auth_provider(**more: Any) -> Json:
    return {
        "type": "auth_provider",
        "value": "tracker",
        "name": plain("Tracker"),
        "is_connected": False,
        **more,
    }


def message(*blocks: Json, **more: Any) -> Json:
    return {"channel": "C1", "text": "Hello", "blocks": list(blocks), **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "title": plain("A form"),
        "submit": plain("Save"),
        "blocks": list(blocks),
        **more,
    }


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks), **more}


def refused(payload: Json, method: str = "chat.postMessage") -> rules.Refusal | None:
    """A view is told from a message by its type."""
    surface = payload.get("type")
    if surface is None:
        return rules.check_message(payload, method=method)
    return rules.check_view(payload, surface=surface)


def on(surface: str, block: Json) -> Json:
    return {"message": message, "modal": modal, "home": home}[surface](block)


FEEDBACK = {
    "type": "feedback_buttons",
    "positive_button": {"text": plain("Good"), "value": "good"},
    "negative_button": {"text": plain("Bad"), "value": "bad"},
}

# One of each kind, as an app would send it.
ELEMENTS: dict[str, Json] = {
    "button": button(value="1", style="primary", confirm=confirm(), action_id="go"),
    "workflow_button": {
        "type": "workflow_button",
        "text": plain("Run"),
        "workflow": {"trigger": {"url": "https://slack.com/shortcuts/Ft1/x"}},
    },
    "icon_button": {"type": "icon_button", "icon": "trash", "text": plain("Delete")},
    "feedback_buttons": FEEDBACK,
    "overflow": {"type": "overflow", "options": [option("a", url="https://example.org")]},
    "checkboxes": {
        "type": "checkboxes",
        "options": [{"text": mrkdwn(), "value": "a"}],
        "initial_options": [{"text": mrkdwn(), "value": "a"}],
    },
    "radio_buttons": {"type": "radio_buttons", "options": options(2), "initial_option": options(2)[1]},
    "datepicker": {"type": "datepicker", "initial_date": "2026-02-28", "placeholder": plain("When")},
    "timepicker": {"type": "timepicker", "initial_time": "23:59", "timezone": "Europe/Berlin"},
    "datetimepicker": {"type": "datetimepicker", "initial_date_time": 1_700_000_000},
    "static_select": select(initial_option=options(2)[0], placeholder=plain("Pick")),
    "external_select": {"type": "external_select", "min_query_length": 0},
    "users_select": {"type": "users_select", "initial_user": "U1"},
    "conversations_select": {
        "type": "conversations_select",
        "default_to_current_conversation": True,
        "filter": {"include": ["public"], "exclude_bot_users": True},
    },
    "channels_select": {"type": "channels_select", "initial_channel": "C1"},
    "multi_static_select": {
        "type": "multi_static_select",
        "option_groups": [{"label": plain("Few"), "options": options(2)}],
        "initial_options": options(1),
        "max_selected_items": 1,
    },
    "multi_external_select": {"type": "multi_external_select", "initial_options": options(1)},
    "multi_users_select": {"type": "multi_users_select", "initial_users": ["U1", "U2"]},
    "multi_conversations_select": {"type": "multi_conversations_select", "initial_conversations": ["C1"]},
    "multi_channels_select": {"type": "multi_channels_select", "initial_channels": ["C1"]},
    "plain_text_input": text_input(
        multiline=True,
        min_length=0,
        max_length=3000,
        initial_value="So far",
        dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"]},
    ),
    "rich_text_input": {
        "type": "rich_text_input",
        "initial_value": rich_text({"type": "text", "text": "Hi"}),
    },
    "email_text_input": {"type": "email_text_input", "initial_value": "ada@example.org"},
    "url_text_input": {"type": "url_text_input", "initial_value": "https://example.org"},
    "number_input": {
        "type": "number_input",
        "is_decimal_allowed": True,
        "min_value": "1.5",
        "max_value": "9",
    },
    "file_input": {"type": "file_input", "filetypes": ["pdf"], "max_files": 1},
}

BLOCKS: dict[str, Json] = {
    "section": section("Hello", fields=[mrkdwn(), plain()], accessory=button(), expand=True),
    "divider": {"type": "divider"},
    "header": header(),
    "image": image(title=plain("A cat")),
    "context": context(mrkdwn(), plain(), image()),
    "actions": actions(button(), select()),
    "input": asked(hint=plain("As on your badge"), optional=True),
    "video": video(),
    "rich_text": {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Hi ", "style": {"bold": True}},
                    {"type": "user", "user_id": "U1"},
                    {"type": "link", "url": "https://example.org", "text": "there"},
                    {"type": "emoji", "name": "wave"},
                    {"type": "channel", "channel_id": "C1"},
                    {"type": "usergroup", "usergroup_id": "S1"},
                    {"type": "team", "team_id": "T1"},
                    {"type": "broadcast", "range": "here"},
                    {"type": "color", "value": "#00ff00"},
                    {"type": "date", "timestamp": 1_700_000_000, "format": "{date}", "fallback": "then"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "indent": 1,
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "One"}]}],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Said"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x = 1"}], "border": 0},
        ],
    },
    "markdown": {"type": "markdown", "text": "**Hello**"},
    "table": table(cells("a", "b"), column_settings=[None, {"align": "right", "is_wrapped": True}]),
    "data_table": data_table(
        cells("Who"), [{"type": "raw_number", "value": 1.5, "text": "1.5"}], page_size=5
    ),
    "data_visualization": pie(),
    "card": card(subtitle=plain("Small"), body=mrkdwn(), actions=[button()], slack_icon={"name": "rocket"}),
    "carousel": {"type": "carousel", "elements": [card(), card()]},
    "container": container(section(), asked(), is_collapsible=True, default_collapsed=True, width="wide"),
    "alert": {"type": "alert", "text": mrkdwn("Careful"), "level": "warning"},
    "context_actions": {"type": "context_actions", "elements": [FEEDBACK]},
    "auth_provider": auth_provider(),
    "call": {"type": "call", "call_id": "R1"},
    "task_card": task(sources=[{"type": "url", "url": "https://example.org", "text": "Here"}]),
    "plan": {"type": "plan", "title": "The plan", "tasks": [task()]},
}

# What the samples above leave out, because something else stands there.
MORE: list[Json] = [
    *(
        {**bars(["a"], ["b"]), "chart": {**bars(["a"], ["b"])["chart"], "type": kind}}
        for kind in ("bar", "area", "line")
    ),
    {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A cat"},
    {"type": "image", "slack_file": {"url": "https://example.org/F1"}, "alt_text": "A cat"},
    asked({"type": "number_input", "is_decimal_allowed": False, "initial_value": "5"}),
    section(
        accessory={"type": "static_select", "option_groups": [{"label": plain(), "options": options(2)}]}
    ),
    section(accessory={"type": "multi_static_select", "options": options(2)}),
    section(accessory={"type": "conversations_select", "initial_conversation": "C1"}),
]

# A good value of each field that objects may have: for those that the samples leave out.
FIELDS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("action_id", "block_id", "value", "language", "unicode"), ("a",)),
    **dict.fromkeys(("accessibility_label", "agent_prompt", "agent_prompt_display"), ("Go",)),
    **dict.fromkeys(("author_name", "provider_name", "x_label", "y_label"), ("Ada",)),
    **dict.fromkeys(("url", "title_url", "icon_url", "auth_url", "disconnect_url"), ("https://example.org",)),
    "provider_icon_url": ("https://example.org/icon.png",),
    "visible_to_user_ids": (["U1"],),
    **dict.fromkeys(("placeholder", "connected_identity", "connected_context"), (plain(),)),
    "title": (plain(),),
    "subtitle": (
        plain(),
        mrkdwn(),
    ),
    "description": (
        plain(),
        mrkdwn(),
    ),
    "confirm": (confirm(),),
    "style": (
        "primary",
        {"bold": True},
    ),
    "type": (
        "icon",
        "task_card",
    ),
    **dict.fromkeys(("max_selected_items", "min_lines", "max_lines", "min_query_length"), (1,)),
    **dict.fromkeys(("skin_tone", "border", "offset", "row_header_column_index"), (1,)),
    **dict.fromkeys(("hero_image", "icon"), (image(),)),
    **dict.fromkeys(("details", "output", "rich_text_title"), (rich_text(),)),
    "fallback": ([section()],),
    "accessory": ({"type": "overflow", "options": options(1)},),
    "customizable_input_parameters": ([{"name": "a", "value": "b"}],),
    "emoji": (True,),
    "verbatim": (True,),
}
