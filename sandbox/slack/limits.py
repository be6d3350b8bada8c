"""Slack's limits on what an app may show, from the reference pages of docs.slack.dev and slack_sdk's models."""

# Messages (docs.slack.dev/reference/block-kit/blocks, chat.postMessage).
MESSAGE_BLOCKS = 50
MESSAGE_CHARACTERS = 13_200  # all text of a message's blocks together; not documented, measured by apps in the field
TEXT_CHARACTERS = 40_000  # of `text`: msg_too_long above
MARKDOWN_CHARACTERS = 12_000  # all markdown blocks together, and markdown_text
METADATA_BYTES = 8_000

# Views (docs.slack.dev/reference/views).
VIEW_BLOCKS = 100
VIEW_TITLE = 24
VIEW_SUBMIT = 24
VIEW_CLOSE = 24
PRIVATE_METADATA = 3_000
CALLBACK_ID = 255

# Blocks.
BLOCK_ID = 255
SECTION_TEXT = 3_000
SECTION_FIELDS = 10
SECTION_FIELD_TEXT = 2_000
HEADER_TEXT = 150
IMAGE_URL = 3_000
IMAGE_ALT = 2_000
IMAGE_TITLE = 2_000
ACTIONS_ELEMENTS = 25
CONTEXT_ELEMENTS = 10
CONTEXT_ACTIONS_ELEMENTS = 5
INPUT_LABEL = 2_000
INPUT_HINT = 2_000
CARD_TITLE = 150
CARD_SUBTITLE = 150
CARD_BODY = 200
CAROUSEL_CARDS = 10
CONTAINER_TITLE = 150
CONTAINER_SUBTITLE = 150
CONTAINER_CHILDREN = 10
TABLE_ROWS = 100
TABLE_COLUMNS = 20
DATA_TABLE_ROWS = (2, 101)  # the first is the header
DATA_TABLE_PAGE = (1, 100)
VIDEO_TITLE = 200
VIDEO_AUTHOR = 50
PLAN_TASKS = 50

# Elements and composition objects.
ACTION_ID = 255
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
BUTTON_URL = 3_000
BUTTON_LABEL = 75
PLACEHOLDER = 150
SELECT_OPTIONS = 100
OPTION_GROUPS = 100
OVERFLOW_OPTIONS = (1, 5)
CHECKBOX_OPTIONS = 10
RADIO_OPTIONS = 10
OPTION_TEXT = 75
CHECKBOX_TEXT = 75
OPTION_VALUE = 150
OPTION_DESCRIPTION = 75
INPUT_CHARACTERS = 3_000
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30

CONTAINER_WIDTHS = frozenset({"narrow", "standard", "wide", "full"})
ALERT_LEVELS = frozenset({"default", "info", "warning", "error", "success"})
TASK_STATUSES = frozenset({"pending", "in_progress", "complete", "error"})
