"""What tests of every layer share."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import postgres, sampling
from tests.fakes import ManualClock

# A machine that does something else meanwhile is no failure: nothing here is about time.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_configure() -> None:
    """One seed for every process of this run: they must all see the same samples."""
    os.environ.setdefault("STEWARD_SEED", str(sampling.seed()))


def pytest_report_header() -> str:
    return f"samples: STEWARD_SEED={sampling.seed()}"


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
