"""What a person sees on a terminal of 80 columns: nothing drawn over, nothing broken apart."""

import io
import re

import pytest
from rich.console import Console

from postwright.cli import printing
from postwright.cli.progress import Bars
from postwright.cli.table import table
from postwright.errors import BadInput

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Screen(io.StringIO):
    """A terminal that is only written to."""

    def isatty(self) -> bool:
        """It says that it is one."""
        return True

    def lines(self) -> list[str]:
        """What was written, without colours and movements, a carriage return being a new line."""
        text = ESCAPES.sub("", self.getvalue()).replace("\r", "\n")
        return [line.rstrip() for line in text.split("\n") if line.strip()]


NAME = "POSTWRIGHT_MEDIA__PROBE_TIMEOUT_S"


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns, as far as tables know."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def bars(screen: Screen) -> Bars:
    return Bars(Console(file=screen, force_terminal=True, width=80, color_system=None))


def test_what_has_ended_is_written_once_and_not_drawn_again(screen: Screen, bars: Bars) -> None:
    with bars.live():
        bars.begin("probing")
        bars.end("540 x 960, 30 fps, 4.0 s, h264 and aac in mp4")
        bars.begin("uploading", 167_000_000)
        for done in range(0, 167_000_000, 1_000_000):
            bars.advance(done)
        bars.end("167.0 MB")
        bars.begin("processing")
        bars.end("failed: spam_risk", good=False)
    lines = screen.lines()
    for what, mark in (("probing", "✓"), ("uploading", "✓"), ("processing", "✗")):
        (line,) = [line for line in lines if re.match(f"{mark} {what} ", line)]
        assert line.endswith("0:00:00")
        assert "━" not in line


def test_a_warning_stands_above_the_bar(
    screen: Screen, bars: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", screen)
    with bars.live():
        bars.begin("storing", 10)
        bars.warn("The key has been used before: this is the same post, post_7k3m9x2q4d1f. " * 2)
        bars.end("10 bytes")
    written = screen.lines()
    (first,) = [number for number, line in enumerate(written) if line.startswith("! The key")]
    assert written[first + 1].startswith("  ")
    assert max(map(len, screen.lines())) <= 80


def test_a_warning_goes_to_stderr_if_that_is_a_file(
    screen: Screen, bars: Bars, capsys: pytest.CaptureFixture[str]
) -> None:
    with bars.live():
        bars.warn("No worker is running.")
    assert capsys.readouterr().err == "! No worker is running.\n"
    assert screen.lines() == []


def test_what_goes_on_is_gone_when_it_is_broken_off(screen: Screen, bars: Bars) -> None:
    with bars.live():
        bars.begin("uploading", 10)
    erased, _, left = screen.getvalue().rpartition("\x1b[2K")
    assert "uploading" in erased
    assert ESCAPES.sub("", left).strip() == ""


@pytest.mark.usefixtures("narrow")
def test_what_people_copy_is_not_broken_into_lines(capsys: pytest.CaptureFixture[str]) -> None:
    table(("setting", "value", "from"), [(NAME, "word " * 20, "x" * 70)], whole={"setting"})
    lines = [ESCAPES.sub("", line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0].split() == ["setting", "value", "from"]
    assert lines[1].startswith(NAME)
    assert max(map(len, lines)) <= 80


@pytest.mark.usefixtures("narrow")
def test_a_column_of_nothing_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    table(("call", "code", "detail"), [("status", "ok", ""), ("status", "ok", "")])
    assert "detail" not in capsys.readouterr().out


def test_where_there_is_no_terminal_a_row_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    table(("file", "state", "why"), [("a.mp4", "held " * 50, ""), ("[b].mp4", "published", "")])
    lines = capsys.readouterr().out.splitlines()
    assert [line == line.rstrip() for line in lines] == [True] * 3
    assert lines[0].split() == ["file", "state", "why"]
    assert lines[2].startswith("[b].mp4  published")


ORDERS = "sunset\x1b]0;mine\x07\x1b[2J\x9b2J"


@pytest.mark.usefixtures("narrow")
def test_what_strangers_wrote_gives_the_terminal_no_orders(
    capsys: pytest.CaptureFixture[str], screen: Screen, bars: Bars
) -> None:
    printing.line(ORDERS)
    printing.row("caption", ORDERS, 12)
    printing.finding(ORDERS, blocks=True)
    printing.note(ORDERS)
    printing.warning(ORDERS)
    printing.error(BadInput(ORDERS, why=ORDERS, fix=ORDERS, command=ORDERS))
    table(["TEXT"], [[ORDERS]], whole=["TEXT"])
    with bars.live():
        bars.begin("uploading", 10)
        bars.say(ORDERS)
        bars.warn(ORDERS)
        bars.end(ORDERS)
    printed = capsys.readouterr()
    every = printed.out + printed.err + screen.getvalue()
    assert every.count("sunset") >= 11
    assert not re.findall(r"\x1b\]|\x1b\[2J|[\x07\x9b]", every)
