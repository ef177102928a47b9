"""Every number and closed list of Slack's that the rules know, each with the page it was read on."""

import datetime as dt
from typing import Self

DOCS = "https://docs.slack.dev/"
SDK = "https://github.com/slackapi/python-slack-sdk/blob/v3.47.0/slack_sdk/models/"

READ_ON = dt.date(2026, 11, 23)

BLOCKS = DOCS + "reference/block-kit/blocks"
ELEMENTS = DOCS + "reference/block-kit/block-elements"
OBJECTS = DOCS + "reference/block-kit/composition-objects"
VIEWS = DOCS + "reference/views"
METHODS = DOCS + "reference/methods"


class Limit(int):
    """A number that knows its page, and the day that page was read, so that a refusal can show both."""

    source: str
    read_on: dt.date

    def __new__(cls, value: int, source: str, read_on: dt.date = READ_ON) -> Self:
        limit = super().__new__(cls, value)
        limit.source = source
        limit.read_on = read_on
        return limit


# Messages: https://docs.slack.dev/reference/methods/chat.postMessage
MESSAGE_BLOCKS = Limit(50, BLOCKS)
MESSAGE_TEXT = Limit(40_000, f"{METHODS}/chat.postMessage")  # longer is cut, not refused
UPDATE_TEXT = Limit(4_000, f"{METHODS}/chat.update")  # a third party quoting the page
MARKDOWN_TEXT = Limit(12_000, f"{METHODS}/chat.postMessage")
ATTACHMENTS = Limit(100, f"{METHODS}/chat.postMessage")
# No page gives this one. People saw refusals from about 13,200 characters on with few blocks; a message of 11,341
# characters in 45 blocks was refused too (bolt-js issue 2867), so staying well below is wise.
BLOCK_TEXT_TOTAL = Limit(13_200, "https://github.com/slackapi/bolt-js/issues/2509")
# `metadata_too_large` is documented, its number is not: this is a guess that only catches documents kept in metadata.
METADATA_BYTES = Limit(8_000, f"{METHODS}/chat.postMessage")

# Views: https://docs.slack.dev/reference/views/modal-views
VIEW_BLOCKS = Limit(100, BLOCKS)
VIEW_BYTES = Limit(250_000, f"{METHODS}/views.update")  # "250 KB"; read as thousands, the stricter way
VIEW_TITLE = Limit(24, f"{VIEWS}/modal-views")
VIEW_SUBMIT = Limit(24, f"{VIEWS}/modal-views")
VIEW_CLOSE = Limit(24, f"{VIEWS}/modal-views")
PRIVATE_METADATA = Limit(3_000, f"{VIEWS}/modal-views")
CALLBACK_ID = Limit(255, f"{VIEWS}/modal-views")
EXTERNAL_ID = Limit(255, f"{METHODS}/views.open")

# Blocks
BLOCK_ID = Limit(255, BLOCKS)
SECTION_TEXT = Limit(3_000, f"{BLOCKS}/section-block")
SECTION_FIELDS = Limit(10, f"{BLOCKS}/section-block")
SECTION_FIELD = Limit(2_000, f"{BLOCKS}/section-block")
HEADER_TEXT = Limit(150, f"{BLOCKS}/header-block")
CONTEXT_ELEMENTS = Limit(10, f"{BLOCKS}/context-block")
ACTIONS_ELEMENTS = Limit(25, f"{BLOCKS}/actions-block")
CONTEXT_ACTIONS_ELEMENTS = Limit(5, f"{BLOCKS}/context-actions-block")
INPUT_LABEL = Limit(2_000, f"{BLOCKS}/input-block")
INPUT_HINT = Limit(2_000, f"{BLOCKS}/input-block")
IMAGE_URL = Limit(3_000, f"{BLOCKS}/image-block")
IMAGE_ALT_TEXT = Limit(2_000, f"{BLOCKS}/image-block")
IMAGE_TITLE = Limit(2_000, f"{BLOCKS}/image-block")
VIDEO_TITLE = Limit(199, f"{BLOCKS}/video-block")  # "must be less than 200 characters"
VIDEO_AUTHOR = Limit(49, f"{BLOCKS}/video-block")  # "must be less than 50 characters"
MARKDOWN_TOTAL = Limit(12_000, f"{BLOCKS}/markdown-block")  # over all markdown blocks of a payload
TABLE_ROWS = Limit(100, f"{BLOCKS}/table-block")
TABLE_COLUMNS = Limit(20, f"{BLOCKS}/table-block")
TABLE_CHARACTERS = Limit(10_000, f"{BLOCKS}/table-block")  # over all tables of a message
# Tables and data tables of a message together.
TABLES = Limit(1, "https://github.com/slackapi/slack-skills-plugin/tree/main/skills/block-kit")
DATA_TABLE_ROWS = Limit(201, f"{BLOCKS}/data-table-block")  # the header and 200; an older page says 101
DATA_TABLE_LEAST_ROWS = Limit(2, f"{BLOCKS}/data-table-block")
DATA_TABLE_COLUMNS = Limit(20, f"{BLOCKS}/data-table-block")
DATA_TABLE_PAGE = Limit(100, f"{BLOCKS}/data-table-block")
DATA_TABLE_CHARACTERS = Limit(20_000, f"{BLOCKS}/data-table-block")  # over all data tables of a message
CHARTS = Limit(2, f"{BLOCKS}/data-visualization-block")
CHART_TITLE = Limit(50, f"{BLOCKS}/data-visualization-block")
CHART_SEGMENTS = Limit(12, f"{BLOCKS}/data-visualization-block")  # an older page says 6
CHART_SERIES = Limit(12, f"{BLOCKS}/data-visualization-block")  # an older page says 6
CHART_POINTS = Limit(20, f"{BLOCKS}/data-visualization-block")
CHART_LABEL = Limit(20, f"{BLOCKS}/data-visualization-block")
CHART_AXIS_LABEL = Limit(50, f"{BLOCKS}/data-visualization-block")
CARD_TITLE = Limit(150, f"{BLOCKS}/card-block")
CARD_SUBTITLE = Limit(150, f"{BLOCKS}/card-block")
CARD_BODY = Limit(200, f"{BLOCKS}/card-block")
CARD_ACTIONS = Limit(3, "https://docs.rs/slackblocks/4.0.0/slackblocks/struct.CardBlock.html")
CAROUSEL_CARDS = Limit(10, f"{BLOCKS}/carousel-block")
CONTAINER_TITLE = Limit(150, f"{BLOCKS}/container-block")
CONTAINER_SUBTITLE = Limit(150, f"{BLOCKS}/container-block")
CONTAINER_BLOCKS = Limit(10, f"{BLOCKS}/container-block")
AUTH_PROVIDER_VALUE = Limit(150, f"{BLOCKS}/auth-provider-block")
AUTH_PROVIDER_NAME = Limit(75, f"{BLOCKS}/auth-provider-block")
AUTH_PROVIDER_DESCRIPTION = Limit(150, f"{BLOCKS}/auth-provider-block")
AUTH_PROVIDER_CONNECTED = Limit(75, f"{BLOCKS}/auth-provider-block")
AUTH_PROVIDER_URL = Limit(3_000, f"{BLOCKS}/auth-provider-block")

# Elements
ACTION_ID = Limit(255, f"{ELEMENTS}/button-element")
BUTTON_TEXT = Limit(75, f"{ELEMENTS}/button-element")
BUTTON_VALUE = Limit(2_000, f"{ELEMENTS}/button-element")
BUTTON_URL = Limit(3_000, f"{ELEMENTS}/button-element")
BUTTON_AGENT_PROMPT = Limit(4_000, SDK + "blocks/block_elements.py")
ACCESSIBILITY_LABEL = Limit(75, f"{ELEMENTS}/button-element")
PLACEHOLDER = Limit(150, f"{ELEMENTS}/plain-text-input-element")
CHECKBOXES_OPTIONS = Limit(10, f"{ELEMENTS}/checkboxes-element")
RADIO_OPTIONS = Limit(10, f"{ELEMENTS}/radio-button-group-element")
OVERFLOW_OPTIONS = Limit(5, f"{ELEMENTS}/overflow-menu-element")
SELECT_OPTIONS = Limit(100, f"{ELEMENTS}/select-menu-element")
SELECT_OPTION_GROUPS = Limit(100, f"{ELEMENTS}/select-menu-element")
TEXT_INPUT_LENGTH = Limit(3_000, f"{ELEMENTS}/plain-text-input-element")
FILE_INPUT_FILES = Limit(10, f"{ELEMENTS}/file-input-element")
FOCUSED_ELEMENTS = Limit(1, f"{ELEMENTS}/plain-text-input-element")
FEEDBACK_TEXT = Limit(75, f"{ELEMENTS}/feedback-buttons-element")
FEEDBACK_VALUE = Limit(2_000, f"{ELEMENTS}/feedback-buttons-element")

# Rich text
RICH_TEXT_INDENT = Limit(8, f"{BLOCKS}/rich-text-block")
RICH_TEXT_BORDER = Limit(1, f"{BLOCKS}/rich-text-block")

# Composition objects
TEXT = Limit(3_000, f"{OBJECTS}/text-object")
OPTION_TEXT = Limit(75, f"{OBJECTS}/option-object")
OPTION_VALUE = Limit(150, f"{OBJECTS}/option-object")  # 75 until February 2025
OPTION_DESCRIPTION = Limit(75, f"{OBJECTS}/option-object")
OPTION_URL = Limit(3_000, f"{OBJECTS}/option-object")
OPTION_GROUP_LABEL = Limit(75, f"{OBJECTS}/option-group-object")
OPTION_GROUP_OPTIONS = Limit(100, f"{OBJECTS}/option-group-object")
CONFIRM_TITLE = Limit(100, f"{OBJECTS}/confirmation-dialog-object")
CONFIRM_TEXT = Limit(300, f"{OBJECTS}/confirmation-dialog-object")
CONFIRM_BUTTON = Limit(30, f"{OBJECTS}/confirmation-dialog-object")

# https://docs.slack.dev/reference/block-kit/composition-objects/slack-icon-object
SLACK_ICONS = (
    *("archive", "book", "bookmark", "bot", "bug", "calendar", "call", "caret-left", "caret-right", "check"),
    *("clipboard", "code", "comment", "compass", "copy", "cube", "download", "edit", "email", "eye-closed"),
    *(
        "eye-open",
        "file",
        "flag",
        "folder",
        "gear",
        "globe",
        "heart",
        "help",
        "image",
        "info",
        "key",
        "lightbulb",
    ),
    *("link", "map", "mobile", "new-window", "pin", "plus", "refine", "refresh", "rocket", "save", "screen"),
    *(
        "share",
        "sparkle",
        "star",
        "star-filled",
        "tag",
        "thumbs-down",
        "thumbs-up",
        "trash",
        "upload",
        "user",
    ),
    "warning",
)
