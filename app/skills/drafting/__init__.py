"""Drafting: mails prepared at the click on an offer, as cards of the changes that a request in words would make."""

from app.skills.drafting.skill import Draft

__all__ = ["Draft"]
