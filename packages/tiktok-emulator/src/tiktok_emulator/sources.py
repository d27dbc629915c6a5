"""Where a rule comes from: what the specification says of each row, shipped as a small table."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the specification.

    `basis` is official (a page of TikTok's), observed (seen live by others) or assumed (our
    choice where nothing is known); `source` is the page's slug or where it was seen.
    """

    says: str
    source: str
    date: str
    basis: str


@cache
def facts() -> Mapping[str, Fact]:
    """Every row of the specification by its id. The file is written by tools/rules.py."""
    text = resources.files("tiktok_emulator").joinpath("sources.json").read_text("utf-8")
    return {rule: Fact(*values) for rule, values in json.loads(text).items()}


def fact(rule: str | None) -> Fact | None:
    """The row behind a rule, None if there is no rule or it is no row."""
    return facts().get(rule or "")
