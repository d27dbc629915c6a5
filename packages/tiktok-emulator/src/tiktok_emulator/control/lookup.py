"""Finds what an order names, or says what there is instead."""

from collections.abc import Mapping
from typing import TypeVar

from tiktok_emulator.errors import EmulatorError

T = TypeVar("T")


class Missing(EmulatorError):
    """The control plane was asked about something that does not exist; answered with 404."""


def known(things: Mapping[str, T], name: str, kind: str) -> T:
    """The thing of this name.

    Raises:
        Missing: there is none; the message lists those there are.
    """
    if name not in things:
        raise Missing(f"no {kind} {name!r}; there are: {', '.join(things) or 'none'}")
    return things[name]
