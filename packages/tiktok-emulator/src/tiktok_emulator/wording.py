"""How sizes, times and numbers are written on the pages."""

from datetime import datetime, timedelta

_SPANS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))


def size(size_bytes: int) -> str:
    """A size for people: 12.3 MB."""
    left = float(size_bytes)
    for unit in ("bytes", "kB", "MB"):
        if left < 1000:
            return f"{left:.0f} {unit}" if unit == "bytes" else f"{left:.1f} {unit}"
        left /= 1000
    return f"{left:.2f} GB"


def length(duration_ms: int) -> str:
    """A duration for people: 1:05."""
    minutes, seconds = divmod(round(duration_ms / 1000), 60)
    return f"{minutes}:{seconds:02}"


def moment(at: datetime) -> str:
    """A moment for people, in UTC."""
    return f"{at:%d %b %Y, %H:%M:%S} UTC"


def count(number: int) -> str:
    """A number as a phone shows it: 950, 12.3K, 4.1M."""
    if number < 10_000:
        return f"{number:,}"
    value, unit = (number / 1e3, "K") if number < 999_500 else (number / 1e6, "M")
    return f"{value:.1f}".removesuffix(".0") + unit


def span(length: timedelta) -> str:
    """A time span for people, in its two largest units: 3 h 20 min."""
    left = abs(round(length.total_seconds()))
    for seconds, unit, smaller, name in _SPANS:
        if left >= seconds:
            amount, rest = divmod(left, seconds)
            return f"{amount} {unit} {rest // smaller} {name}".removesuffix(f" 0 {name}")
    return f"{left} s"
