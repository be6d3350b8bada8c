"""The job that looks out for urgent mail and for meetings that are about to begin."""

import structlog

from app.domain.errors import StewardError
from app.settings import Settings
from app.skills.notices import Lookout
from app.wiring import open_house

log = structlog.get_logger(__name__)


async def watch() -> None:
    """Called by the scheduler's tick."""
    try:
        async with open_house(Settings.load()) as house:
            await Lookout(house.services).look()
    except StewardError as failure:
        log.warning("watch_put_off", error=failure.code)
