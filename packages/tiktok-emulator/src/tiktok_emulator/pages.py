"""Renders the pages that people see. Everything put into a template is escaped."""

from collections.abc import Mapping
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined


def _size(size_bytes: int) -> str:
    """A size for people: 12.3 MB."""
    size = float(size_bytes)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.2f} GB"


def _length(duration_ms: int) -> str:
    """A duration for people: 1:05."""
    minutes, seconds = divmod(round(duration_ms / 1000), 60)
    return f"{minutes}:{seconds:02}"


def _moment(at: datetime) -> str:
    return f"{at:%d %b %Y, %H:%M:%S} UTC"


_environment = Environment(
    loader=PackageLoader("tiktok_emulator"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(size=_size, length_ms=_length, moment=_moment)


def render(template: str, values: Mapping[str, object]) -> str:
    """A page as HTML."""
    return _environment.get_template(template).render(values)
