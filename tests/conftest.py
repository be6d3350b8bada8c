"""What tests of every layer share."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import postgres
from tests.fakes import ManualClock

# A machine that does something else meanwhile is no failure: nothing here is about time.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Addresses]:
    with postgres.server() as addresses:
        yield addresses


@pytest.fixture
def database(postgres_server: postgres.Addresses) -> postgres.Addresses:
    """Steward's schema without a row in it."""
    postgres.empty(postgres_server.admin)
    return postgres_server


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()
