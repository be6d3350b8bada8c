"""A stand-in for Slack that speaks its Web API and Socket Mode on loopback."""

from sandbox.slack.server import SlackServer, build

__all__ = ["SlackServer", "build"]
