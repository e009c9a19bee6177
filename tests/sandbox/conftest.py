from collections.abc import Iterator

import pytest

from tests.support.open_zygote import OpenZygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[OpenZygote]:
    """One process without walls for all tests that need guests and no walls."""
    one = OpenZygote()
    yield one
    one.end()
