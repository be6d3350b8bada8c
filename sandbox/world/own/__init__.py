"""One's own data: an mbox and .ics files as one person's mailbox and calendars."""

from sandbox.world.own.world import own_world

__all__ = ["own_world"]
