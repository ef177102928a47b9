"""Slack's limits that the bot itself keeps to, each with its source and the date it was read.

The local Slack keeps its own list on purpose: one wrong number must not hide itself.
`docs` = https://docs.slack.dev/…, `sdk` = slack_sdk 3.47 models. All read in November 2026.
"""

MESSAGE_BLOCKS = 50  # docs reference/block-kit/blocks
VIEW_BLOCKS = 100  # docs reference/block-kit/blocks
HEADER_TEXT = 150  # docs reference/block-kit/blocks/header-block
SECTION_TEXT = 3_000  # docs reference/block-kit/blocks/section-block
CONTEXT_TEXT = 2_000  # sdk MarkdownTextObject says 3,000; two full lines and a header must fit MESSAGE_TOTAL
CONTEXT_ELEMENTS = 10  # docs reference/block-kit/blocks/context-block
INPUT_LABEL = 2_000  # docs reference/block-kit/blocks/input-block
INPUT_TEXT = 3_000  # sdk PlainTextInputElement.max_length
OPTION_TEXT = 75  # sdk Option; also its description
OPTIONS = 100  # sdk StaticSelectElement
CHECKBOXES = 10  # docs reference/block-kit/block-elements/checkboxes-element
BUTTON_TEXT = 75  # sdk ButtonElement
VIEW_TITLE = 24  # docs reference/views/modal-views; also submit and close
MESSAGE_TEXT = 4_000  # docs reference/methods/chat.postMessage: "aim" for it; chat.update refuses more
MESSAGE_TOTAL = 10_000  # undocumented cap on all text of a message: 13,200 was refused (bolt-js issue 2509)
