"""People read what a network's codes mean, and its name where the protocol has a blank."""

from datetime import timedelta
from pathlib import Path

import pytest

from postwright.platforms.folder.network import FolderNetwork
from postwright.platforms.tiktok.words import WORDS
from postwright.publishing.attempt import (
    NETWORK,
    Attempt,
    Decision,
    End,
    Init,
    Next,
    Restart,
    Stage,
    Wait,
)
from postwright.publishing.wording import told

ATTEMPT = Attempt(plan=FolderNetwork(Path("/")).plan(1))
KNOWN = "folder_missing"


class Named(FolderNetwork):
    name = "Somewhere"


def said(following: Next) -> str:
    return told(Named(Path("/")), Decision(ATTEMPT, following))


def test_a_code_of_the_network_is_said_in_words() -> None:
    words = Named(Path("/")).explain(KNOWN)
    assert words is not None

    assert said(End(Stage.FAILED, KNOWN)) == words.says
    assert said(End(Stage.FAILED, KNOWN, "look there")) == f"{words.says} (look there)"


def test_a_code_of_ours_says_what_it_says() -> None:
    assert said(End(Stage.FAILED, "upload_rejected", "too short")) == "too short"
    assert next(iter(WORDS)) not in said(End(Stage.FAILED, next(iter(WORDS)), "its own words"))


@pytest.mark.parametrize(
    "following",
    [
        End(Stage.FAILED, "no_upload_completed", f"{NETWORK} failed"),
        End(Stage.CANCELLED, "", f"{NETWORK} failed"),
        Restart(timedelta(0), f"{NETWORK} failed"),
        Wait(timedelta(0), detail=f"{NETWORK} failed"),
    ],
)
def test_the_network_is_called_by_its_name(following: Next) -> None:
    assert said(following) == "Somewhere failed"


def test_a_call_says_nothing() -> None:
    assert said(Init()) == ""
