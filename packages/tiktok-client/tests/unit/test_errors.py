import inspect

import pytest

from tiktok_client import Advice, ConnectFailed, TikTokError, TimedOut, TransportError, errors


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = errors.__doc__ or ""
    for name in errors.__all__:
        kind = getattr(errors, name)
        if not issubclass(kind, TikTokError) or kind is TikTokError:
            continue
        line = next(line for line in drawn.splitlines() if f"─ {name} " in line)
        indent = line.index("─")
        above = drawn[: drawn.index(line)].splitlines()
        parent = next(one for one in reversed(above) if _depth(one) < indent and _name(one))
        assert _name(parent) == kind.__mro__[1].__name__


def _depth(line: str) -> int:
    return line.index("─") if "─" in line else 0


def _name(line: str) -> str:
    words = line.strip("│├└─ ").split()
    return words[0] if words and hasattr(errors, words[0]) else ""


def test_every_error_of_ours_can_be_caught_as_one() -> None:
    classes = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    made = [kind for kind in classes if issubclass(kind, Exception)]
    assert all(issubclass(kind, TikTokError) for kind in made)


@pytest.mark.parametrize(
    ("operation", "sent", "advice"),
    [
        ("video.init", True, Advice.RETRY),
        ("status", True, Advice.RETRY),
        ("upload", False, Advice.RETRY),
        ("upload", True, Advice.ASK_STATUS),
        ("oauth.token", False, Advice.RETRY),
        ("oauth.token", True, Advice.REAUTHORISE),
        ("oauth.refresh", True, Advice.RETRY),
    ],
)
@pytest.mark.parametrize("kind", [TransportError, ConnectFailed, TimedOut])
def test_a_lost_answer_advises_by_what_repeating_would_do(
    kind: type[TransportError], *, operation: str, sent: bool, advice: Advice
) -> None:
    error = kind("gone", operation=operation, sent=sent)
    assert (error.advice, error.sent, error.operation) == (advice, sent, operation)
    assert str(error) == f"{operation}: gone"
