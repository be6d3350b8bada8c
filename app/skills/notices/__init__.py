"""Notices: urgent mail as it comes, and briefings before meetings, for those who want them."""

from app.skills.notices.lookout import Lookout
from app.skills.notices.skill import Notice

__all__ = ["Lookout", "Notice"]
