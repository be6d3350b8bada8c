"""A briefing before a meeting: who comes, what was said, what is open; everything from the person's own accounts."""

from app.skills.brief.skill import Brief

__all__ = ["Brief"]
