"""What to focus on today: meetings, tasks and urgent mail in one plan."""

from app.skills.focus.skill import Focus

__all__ = ["Focus"]
