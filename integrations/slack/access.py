"""What the tokens of an installation allow, asked of Slack."""

from slack_sdk.errors import SlackApiError, SlackClientError

from app.domain.errors import ChatError
from integrations.slack.chat import UNANSWERED, UNREACHABLE, make_client, reason


async def bot_scopes(token: str, base_url: str) -> tuple[str, frozenset[str]]:
    """The workspace's name and the scopes a bot token was granted; raises ChatError."""
    try:
        answer = await make_client(token, base_url).auth_test()
    except SlackApiError as refused:
        raise ChatError(why=reason(refused)) from refused
    except (SlackClientError, *UNREACHABLE) as lost:
        raise ChatError(why=UNANSWERED) from lost
    granted = str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "").split(",")
    return str(answer["team"]), frozenset(granted)


async def open_socket(token: str, base_url: str) -> None:
    """Ask for a Socket Mode connection with an app token, without using it; raises ChatError."""
    try:
        await make_client(token, base_url).apps_connections_open(app_token=token)
    except SlackApiError as refused:
        raise ChatError(why=reason(refused)) from refused
    except (SlackClientError, *UNREACHABLE) as lost:
        raise ChatError(why=UNANSWERED) from lost
