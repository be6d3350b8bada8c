"""The job that lets go of what was kept long enough."""

from datetime import timedelta

import structlog

from app.domain.errors import StewardError
from app.settings import Settings
from app.wiring import open_house

log = structlog.get_logger(__name__)


async def tidy() -> None:
    """Called by the scheduler's tick."""
    try:
        settings = Settings.load()
        async with open_house(settings) as house:
            now = house.services.clock.now()
            said, settled = timedelta(days=settings.retention_days), timedelta(days=settings.action_retention_days)
            await house.store.tidy(now - said, settled=now - settled)
    except StewardError as failure:
        log.warning("tidy_put_off", error=failure.code)
