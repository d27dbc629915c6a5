"""A service elsewhere answers as this machine's own does: from the file to the profile."""

import hashlib
from pathlib import Path

import pytest

from tests.factories.afar import Afar
from tests.factories.commandline import Commandline

pytestmark = pytest.mark.slow


def test_a_file_is_published_from_afar_and_followed_to_its_end(
    afar: Afar, connected: Commandline, video: Path
) -> None:
    connected.start("worker", until="is running")
    command = connected.publish(video, caption="First light", key="first", allow_comment=True)
    ran = afar(*command, "--wait", "--timeout", 60)
    assert ran.code == 0, ran
    lines = ran.out.splitlines()
    assert lines[0].startswith("probing: 540 x 960, 30 fps, ")
    assert lines[-1].startswith("processing: published: http://127.0.0.1:")
    (post,) = connected.control("state")["posts"]
    assert post["sha256"] == hashlib.sha256(video.read_bytes()).hexdigest()
    assert (post["title"], post["disable_comment"]) == ("First light", False)
    for words in (("status", "first"), ("status", "first", "--json"), ("posts",)):
        assert afar(*words).out == connected(*words).out
    assert afar("posts", "--json").json["posts"][0]["state"] == "published"
    again = afar(*command, "--json")
    assert (again.code, again.json["is_new"], again.json["state"]) == (0, False, "published")
    assert "this is the same post" in again.err
