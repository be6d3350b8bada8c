"""The week: which meetings to move so that the person's rules hold, shown beside today's week, as cards at a click."""

from app.skills.week.skill import Week

__all__ = ["Week"]
