"""Triage: every unread mail gets a category, a priority, what to do about it, and why."""

from app.skills.triage.skill import Triage

__all__ = ["Triage"]
