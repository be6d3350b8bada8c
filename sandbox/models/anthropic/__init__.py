"""Anthropic's Messages API: the same planner behind another wire, told apart from a model by its name."""

from sandbox.models.anthropic.server import API_KEY, add_messages

__all__ = ["API_KEY", "add_messages"]
