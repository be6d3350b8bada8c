"""What tests of every layer share."""

from collections.abc import Iterator

import pytest

from tests import postgres
from tests.fakes import ManualClock


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
