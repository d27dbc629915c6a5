"""What commands say of a post: every reason has words, every choice has its setting."""

import re
from pathlib import Path

import click
import pytest

import postwright.publishing
from postwright.cli import holds
from postwright.cli.boundary import Usage
from postwright.cli.choices import Choices, Cover, plainly, post_options
from postwright.cli.reported import rows, unheeded
from postwright.platforms.answers import Refusal
from postwright.platforms.content import Kind, Mode
from postwright.platforms.report import Outcome, Reported
from postwright.platforms.tiktok.settings import PRIVACY_LEVELS
from postwright.publishing import aside, gate, missed
from postwright.publishing.reasons import REASONS

SOURCES = Path(postwright.publishing.__file__).parent


def test_every_reason_to_hold_a_post_has_words() -> None:
    known = {refusal.value for refusal in Refusal}
    known |= {aside.HOLD, gate.PAUSED, gate.IN_DOUBT, missed.MISSED, missed.RESTORED}
    for source in SOURCES.rglob("*.py"):
        text = source.read_text()
        known |= set(re.findall(r'hold="(\w+)"', text))
        known |= set(re.findall(r'OnHold\(\s*"(\w+)"', text))
    assert {"no_public_address", "unreachable", "unconfirmed"} <= known
    assert known - REASONS.keys() == set()


def test_what_needs_a_person_says_what_to_do() -> None:
    silent = holds.NEEDS_A_PERSON - holds.STEPS.keys()
    assert silent == {"unconfirmed"}  # which is a state of its own, with its own step
    assert (holds.STEPS.keys() | holds.TELL_MORE | holds.NEEDS_A_PERSON) <= REASONS.keys()


def chosen(*words: str) -> Choices:
    @click.command()
    @post_options
    def command(**given: object) -> Choices:
        return Choices(**given)  # pyright: ignore[reportArgumentType]  # as click has checked them

    result = command.main(list(words), standalone_mode=False)
    assert isinstance(result, Choices)
    return result


@pytest.mark.parametrize(
    ("words", "cover"),
    [
        ("3.5s", Cover(time_ms=3_500)),
        ("1500ms", Cover(time_ms=1_500)),
        ("0s", Cover(time_ms=0)),
        ("2", Cover(photo=2)),
    ],
)
def test_a_cover_is_a_time_or_a_photo(words: str, cover: Cover) -> None:
    assert chosen("--cover", words).cover == cover


@pytest.mark.parametrize("words", ["0", "-1", "3,5s", "s", "1m", "", "٣", "123456"])
def test_what_is_no_cover_is_refused(words: str) -> None:
    with pytest.raises(click.BadParameter, match="is no cover"):
        chosen(f"--cover={words}")


def test_choices_become_tiktoks_settings() -> None:
    options = ("--privacy", "friends", "--caption", "June", "--allow-comment", "--ai")
    video = chosen(*options, "--paid-partnership", "--cover", "2s", "--allow-duet")
    settings = video.settings(Kind.VIDEO).to_dict()
    assert (settings["privacy_level"], settings["title"]) == ("MUTUAL_FOLLOW_FRIENDS", "June")
    assert (settings["cover_timestamp_ms"], settings["brand_content"]) == (2_000, True)
    photos = chosen(*options, "--title", "Lisbon", "--cover", "3", "--your-brand", "--music")
    settings = photos.settings(Kind.PHOTO).to_dict()
    assert (settings["title"], settings["description"]) == ("Lisbon", "June")
    assert (settings["cover_index"], settings["brand_organic"]) == (2, True)
    assert settings["auto_add_music"] is True
    assert (chosen("--draft").mode, chosen().mode) == (Mode.DRAFT, Mode.DIRECT)


def test_what_is_for_the_other_kind_is_refused() -> None:
    for words in (("--title", "x"), ("--music",), ("--cover", "2")):
        with pytest.raises(Usage):
            chosen(*words).settings(Kind.VIDEO)
    for words in (("--allow-duet",), ("--allow-stitch",), ("--cover", "2s")):
        with pytest.raises(Usage):
            chosen(*words).settings(Kind.PHOTO)


def test_people_read_the_words_that_they_can_type() -> None:
    assert plainly(", ".join(PRIVACY_LEVELS)) == "public, friends, followers, private"


def test_settings_are_shown_in_the_words_of_their_options() -> None:
    album = {
        "privacy_level": "SELF_ONLY", "title": "Lisbon", "description": "June", "cover_index": 1,
        "allow_comment": True, "brand_content": False, "is_aigc": True, "auto_add_music": True,
    }  # fmt: skip
    assert rows(album, Kind.PHOTO) == {
        "title": "Lisbon",
        "caption": "June",
        "privacy": "private",
        "cover": "photo 2",
        "music": "added by TikTok",
        "others may": "comment",
        "labels": "AI label",
    }
    assert rows({"title": "Hi", "cover_timestamp_ms": 3_500}, Kind.VIDEO) == {
        "caption": "Hi",
        "cover": "at 3.5 s",
    }


def test_what_is_not_kept_is_told_once_for_each_reason() -> None:
    report = [
        Reported("privacy_level", "SELF_ONLY", Outcome.APPLIED),
        Reported("title", "Hi", Outcome.IGNORED, "It is a draft."),
        {"setting": "is_aigc", "asked": True, "outcome": "ignored", "why": "It is a draft."},
        Reported("allow_duet", asked=True, outcome=Outcome.CHANGED, why="Duets are off."),
    ]
    assert unheeded(report, Kind.VIDEO) == [
        "caption, AI label: ignored. It is a draft.",
        "duets: changed. Duets are off.",
    ]
