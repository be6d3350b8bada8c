"""The job that begins the digests which are due."""

import structlog

from app.domain.errors import StewardError
from app.settings import Settings
from app.skills.digest import Mornings
from app.wiring import open_house

log = structlog.get_logger(__name__)


async def digest() -> None:
    """Called by the scheduler's tick."""
    try:
        async with open_house(Settings.load()) as house:
            await Mornings(house.services).begin()
    except StewardError as failure:
        log.warning("digest_put_off", error=failure.code)
