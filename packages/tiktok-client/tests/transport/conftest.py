import pytest

from .calling import Caller


@pytest.fixture(params=["async", "sync"])
def caller(request: pytest.FixtureRequest) -> Caller:
    """The client, in both kinds."""
    return Caller(waits=request.param == "async")
