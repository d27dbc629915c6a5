"""Pages do not drift: what they name exists, and what exists is named."""

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from postwright.cli import main
from postwright.publishing.attempt import Stage
from tiktok_client import FailReason
from tools.docs import Settings, current, fields
from tools.lints.apply import RULES

ROOT = Path(__file__).resolve().parents[2]
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
LINK = re.compile(r"\]\((?P<to>[^)#\s]+)(?:#[^)]*)?\)")
MAKE = re.compile(r"(?:`|^\s*)make (?P<target>[a-z]+)", re.MULTILINE)
VARIABLE = re.compile(r"\bPOSTWRIGHT_[A-Z_]+[A-Z]\b")


def pages() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-c", "-o", "--exclude-standard", "--", "*.md"],  # noqa: S607  # whichever git is on PATH
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def read(page: Path) -> str:
    return COMMENT.sub("", page.read_text(encoding="utf-8"))


PAGES = pages()
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
page = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
decision = pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)


@page
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    targets = [found["to"] for found in LINK.finditer(read(page))]
    dead = [to for to in targets if "://" not in to and not (page.parent / to).exists()]
    assert dead == []


@page
def test_every_make_target_on_a_page_is_in_the_makefile(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {found["target"] for found in MAKE.finditer(read(page))} <= known


@page
def test_every_setting_on_a_page_exists(page: Path) -> None:
    known = {name for name, _ in fields(Settings, "POSTWRIGHT_")}
    named = {name.removesuffix("_FILE") for name in VARIABLE.findall(read(page))}
    assert named <= known | {name.removesuffix("_FILE") for name in known}


@decision
def test_every_decision_says_what_enforces_it(decision: Path) -> None:
    titles = re.findall(r"^## (.+)$", read(decision), re.MULTILINE)
    assert titles == ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"]


def enforcement(decision: Path) -> str:
    return read(decision).partition("## Enforced by")[2]


@decision
def test_every_lint_that_enforces_a_decision_exists(decision: Path) -> None:
    assert set(re.findall(r"[Ll]int `([^`]+)`", enforcement(decision))) <= set(RULES)


@decision
def test_every_contract_that_enforces_a_decision_exists(decision: Path) -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    names = {contract["name"] for contract in contracts}
    assert set(re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", enforcement(decision))) <= names


@decision
def test_every_file_that_enforces_a_decision_exists(decision: Path) -> None:
    named = re.findall(r"`([\w./-]+/[\w./-]*)`", enforcement(decision))
    assert [name for name in named if not (ROOT / name).exists()] == []


@decision
def test_every_spec_row_that_enforces_a_decision_exists(decision: Path) -> None:
    rows = "".join(path.read_text() for path in (ROOT / "spec" / "tiktok").glob("*.yaml"))
    named = re.findall(r"[Rr]ow `([^`*]+)`", enforcement(decision))
    assert [row for row in named if f"id: {row}\n" not in rows] == []


def test_every_decision_is_in_the_list() -> None:
    listed = LINK.findall(read(ROOT / "docs" / "adr" / "README.md"))
    assert sorted(listed) == [path.name for path in DECISIONS]


def test_every_page_can_be_reached_from_the_list_of_pages() -> None:
    start = ROOT / "docs" / "README.md"
    reached = {start}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for found in LINK.finditer(read(here)):
            there = (here.parent / found["to"]).resolve()
            if there.suffix == ".md" and there not in reached:
                reached.add(there)
                waiting.append(there)
    docs = {path for path in PAGES if path.is_relative_to(ROOT / "docs")}
    assert docs - reached == set()


FOLDERS = sorted(
    path.parent
    for root in [*(ROOT / "packages").glob("*/src/*"), ROOT / "tests", ROOT / "benchmarks"]
    for path in root.glob("*/*.py")
    if "__pycache__" not in path.parts
)


@pytest.mark.parametrize("folder", sorted({path.name for path in FOLDERS}))
def test_every_folder_of_code_has_its_line_in_the_architecture(folder: str) -> None:
    assert f"{folder}/`" in read(ROOT / "ARCHITECTURE.md")


@pytest.mark.parametrize("root", ["benchmarks", "tests"])
def test_every_folder_of_them_is_in_their_own_line(root: str) -> None:
    text = read(ROOT / "ARCHITECTURE.md")
    (line,) = [line for line in text.splitlines() if line.startswith(f"| `{root}/`")]
    folders = {path.parent.name for path in (ROOT / root).glob("*/*.py")}
    assert [name for name in sorted(folders) if f"`{name}/`" not in line] == []


GENERATED = [path for path in PAGES if "<!-- from code: " in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("generated", GENERATED, ids=lambda path: path.stem)
def test_a_generated_page_is_what_the_code_says(generated: Path) -> None:
    text = generated.read_text(encoding="utf-8")
    assert text == current(text), "run: make docs"


def test_every_stage_of_an_attempt_is_in_the_picture() -> None:
    text = read(ROOT / "docs" / "explanation" / "exactly-once.md")
    picture = text.partition("```mermaid")[2].partition("```")[0]
    edges = re.findall(r"^ +([a-z]+) --> ([a-z]+)", picture, re.MULTILINE)
    drawn = {stage for edge in edges for stage in edge}
    assert {stage.value for stage in Stage} <= drawn


def test_every_reason_for_a_failure_is_explained() -> None:
    text = read(ROOT / "docs" / "reference" / "errors.md")
    assert [reason.value for reason in FailReason if f"`{reason.value}`" not in text] == []


def command_lines(text: str) -> list[list[str]]:
    """What pages tell a reader to type, in blocks and in the middle of a sentence."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    lines += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
    typed = [shlex.split(line, comments=True) for line in lines if line.startswith("postwright ")]
    return [words[1:] for words in typed]


def find(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words begin with, and the words after its name."""
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        inner = command.get_command(click.Context(command), words[0])
        assert inner is not None, f"no command {words[0]}"
        command, words = inner, words[1:]
    return command, words


@page
def test_every_command_on_a_page_can_be_typed_like_that(page: Path) -> None:
    for line in command_lines(read(page)):
        command, words = find(line)
        known = {"--help", *(name for option in command.params for name in option.opts)}
        assert {word for word in words if word.startswith("--")} <= known


def test_help_shows_no_control_characters_or_escapes() -> None:
    assert "\\b" not in (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
