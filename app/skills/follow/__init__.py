"""Following up: who owes whom an answer, and reminders on working days."""

from app.skills.follow.skill import Follow

__all__ = ["Follow"]
