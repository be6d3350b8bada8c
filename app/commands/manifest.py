"""The Slack app manifest: what a workspace's admin pastes to make the app."""

import json
from typing import Any

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "chat:write",
    "commands",
    "im:history",
    "im:read",
    "im:write",
    "reactions:write",
    "users:read",
    "users:read.email",
)
"""What the bot may do (design, section 8)."""
EVENTS = (
    "app_home_opened",
    "app_context_changed",
    "app_mention",
    "message.im",
    "agent_session_stopped",
    "tokens_revoked",
    "app_uninstalled",
    "user_change",
)
PROMPTS = (
    ("What is in my inbox?", "What is in my inbox?"),
    ("Archive old promotions", "Archive all promotional emails older than 30 days"),
)


def manifest() -> str:
    """The manifest as JSON, for "Create an app" → "From a manifest"."""
    return json.dumps(_manifest(), indent=2)


def _manifest() -> dict[str, Any]:
    return {
        "display_information": {
            "name": "Steward",
            "description": "An assistant for mail and calendar that asks before it changes anything.",
            "background_color": "#1f3d36",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Steward", "always_online": True},
            "agent_view": {
                "agent_description": "Works over your mail and calendar. Nothing changes until you approve it.",
                "suggested_prompts": [{"title": title, "message": message} for title, message in PROMPTS],
            },
            "slash_commands": [
                {
                    "command": "/steward",
                    "description": "Ask Steward, or: help, connect, accounts, pending, stop",
                    "usage_hint": "help | connect | your request",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }
