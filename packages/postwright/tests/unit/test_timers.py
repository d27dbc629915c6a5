"""What is done every so often goes on after trouble that passes, and only then."""

import logging

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from postwright.db.database import DatabaseGone
from postwright.jobs import timers
from postwright.jobs.timers import surely

GONE = DatabaseGone("The database cannot be reached.", why="Nobody listens.")


def refused(error: psycopg.Error) -> DBAPIError:
    return DBAPIError(None, None, error)


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "_LONGEST_S", 0)


class Fails:
    """Raises what it was given, one after the other, and then does nothing."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.heard = list[str]()

    async def do(self) -> str:
        self.heard.append("do")
        if self.errors:
            raise self.errors.pop(0)
        return "done"

    async def look(self) -> None:
        self.heard.append("look")


@pytest.mark.parametrize(
    "error",
    [
        GONE,
        refused(psycopg.errors.DeadlockDetected()),
        refused(psycopg.errors.SerializationFailure()),
        refused(psycopg.errors.AdminShutdown()),
    ],
)
async def test_trouble_that_passes_is_waited_for(error: Exception):
    assert await surely("sweeping", Fails(error, error).do) == "done"


@pytest.mark.parametrize("error", [ValueError(), refused(psycopg.errors.UniqueViolation())])
async def test_what_waiting_does_not_mend_is_raised(error: Exception):
    with pytest.raises(type(error)):
        await surely("sweeping", Fails(error).do)


async def test_what_comes_back_is_looked_at_before_it_is_used():
    fails = Fails(GONE, GONE)
    await surely("sweeping", fails.do, when_back=fails.look)
    assert fails.heard == ["do", "look", "do", "look", "do"]


async def test_the_log_says_what_is_waited_for_ever_more_rarely(
    caplog: pytest.LogCaptureFixture,
):
    with caplog.at_level(logging.WARNING):
        await surely("sweeping", Fails(*[GONE] * 9).do)
    said = {record.getMessage() for record in caplog.records}
    assert said == {
        "sweeping: The database cannot be reached. Nobody listens. Trying again in 0 s."
    }
    assert len(caplog.records) == 4
