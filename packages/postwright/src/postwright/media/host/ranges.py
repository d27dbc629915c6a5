"""Which bytes a request asks for: the part of RFC 9110 that one range needs."""

import re
from dataclasses import dataclass

_RANGES = re.compile(r"\s*bytes\s*=(?P<ranges>.*)", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?P<first>[0-9]+)?-(?P<last>[0-9]+)?\s*")
_DIGITS = 18  # more than any file has bytes, and not so many that it takes long to read them


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `first` on, `size` of them."""

    first: int
    size: int

    @property
    def last(self) -> int:
        """The last byte, counted from 0."""
        return self.first + self.size - 1


class Unsatisfiable(Exception):
    """The range holds no byte of the file, or is none."""


def span(header: str | None, size_bytes: int) -> Span | None:
    """The bytes of a `Range` header; None if the whole file is to be sent.

    Several ranges at once get the whole file, as do units other than bytes: both are allowed.

    Raises:
        Unsatisfiable: nothing of the file is meant, or nobody can tell what is.
    """
    found = None if header is None else _RANGES.fullmatch(header)
    if found is None or "," in found["ranges"]:
        return None
    one = _RANGE.fullmatch(found["ranges"])
    if one is None:
        raise Unsatisfiable
    match (_position(one["first"]), _position(one["last"])):
        case (None, None):
            raise Unsatisfiable
        case (None, int(last)):
            first, end = max(0, size_bytes - last), size_bytes
        case (int(first), None):
            end = size_bytes
        case (int(first), int(last)):
            if last < first:
                raise Unsatisfiable
            end = min(last + 1, size_bytes)
    if first >= end:
        raise Unsatisfiable
    return Span(first, end - first)


def _position(digits: str | None) -> int | None:
    if digits is None:
        return None
    significant = digits.lstrip("0")
    return int(significant or "0") if len(significant) <= _DIGITS else 10**_DIGITS


def still_good(if_range: str | None, etag: str) -> bool:
    """Whether a part may be sent: nobody has asked for it on condition of another version."""
    return if_range is None or if_range.strip() == etag
