"""Tasks: what there is to do, found in mail and calendars or noted by the person, in Eisenhower's quadrants."""

from app.skills.tasks.skill import Tasks

__all__ = ["Tasks"]
