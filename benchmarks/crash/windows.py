"""Where a blow landed: told by what the database and the emulator held right before or after it.

A worker has the publications of the lanes that it holds in hand. The web part and the database
have whatever is fetched, told or recorded just then. A blow counts once, for the window that is
hardest to hit.
"""

from collections.abc import Iterable
from enum import StrEnum

from benchmarks.crash.sight import Fetch, InHand, Sight


class Victim(StrEnum):
    """What is hit."""

    WORKER = "worker"
    WEB = "web"
    DATABASE = "database"


class Window(StrEnum):
    """Stretches of a publication's life, of each victim's the hardest to hit first."""

    CLOSING = "addresses being closed"  # init lost, `void` asked and not done
    REFRESHING = "token refresh under way"
    FINISHED = "draft finished, being asked"  # it has a post that we do not know of
    CANCELLING = "cancel asked"  # and not yet heeded
    SETTLING = "failed once, being asked"
    NOT_STORED = "init answered, id not stored"  # the emulator knows an upload that we do not
    EARLY = "TikTok asks, id not stored"  # the same of a pull: it fetches already
    INTENT = "intent, init not seen"
    ADDRESSED = "addresses issued, init not seen"  # the intent of a pull
    RECORDING = "record under way"  # in a transaction that waits for a row
    DELIVERED = "draft delivered, being asked"
    TRACKING = "status being asked"
    LAST = "around the last range"  # `last_byte_at` is set, not tracking yet
    MID = "mid-range"  # a range is under way, not the last one
    WEBHOOK = "web: webhook in flight"  # it waits for a lane in its transaction
    ASKED_EARLY = "web: asked, id not stored"
    OPENED = "web: addresses open, none fetched"
    SERVING = "web: serving"
    DB_CLOSING = "database: addresses being closed"
    DB_WEBHOOK = "database: webhook in flight"
    DB_RECORDING = "database: record under way"
    DB_SERVING = "database: media being fetched"
    OTHER = "other"  # nothing in hand, or creator info, or between two calls


def windows_of(victim: Victim) -> tuple[Window, ...]:
    """The windows in which a victim can be hit."""
    named = [window for window in Window if window is not Window.OTHER]
    if victim is Victim.DATABASE:
        return tuple(window for window in named if window.startswith("database: "))
    if victim is Victim.WEB:
        return tuple(window for window in named if window.startswith("web: "))
    return tuple(window for window in named if ": " not in window)


NAMED = tuple(window for window in Window if window is not Window.OTHER)


def of_worker(
    sight: Sight, pid: int, sending: Iterable[str | None] | None = None
) -> list[tuple[str, Window]]:
    """What the worker with this number had in hand: publications, each with its window.

    `sending` are the publish ids of which a range is, or was when it was cut off, under way;
    by default those of which something was noted to have been sent.
    """
    hands = [seen for seen in sight.hands if seen.pid == pid]
    if sending is None:
        sending = [seen.publish_id for seen in hands if seen.in_flight_bytes]
    found = [(seen.publication_id, window_of(seen, sight, sending)) for seen in hands]
    waits = sight.waits_of(f"postwright-{pid} ")
    if any(query.startswith("SELECT media_addresses") for query in waits):
        found.append(("", Window.CLOSING))
    elif waits:
        found.append(("", Window.RECORDING))
    return found


def window_of(seen: InHand, sight: Sight, sending: Iterable[str | None]) -> Window:
    """The window that a publication in a worker's hand is in."""
    if seen.cancel_requested:
        return Window.CANCELLING
    match seen.stage:
        case "intent" if seen.is_pull:
            return Window.EARLY if seen.attempt_id in sight.asked else Window.ADDRESSED
        case "intent":
            return Window.NOT_STORED if sight.has_stray_of(seen) else Window.INTENT
        case "open" if seen.last_byte_sent:
            return Window.LAST
        case "open" if seen.publish_id in set(sending):
            return Window.MID
        case "delivered":
            return Window.FINISHED if seen.publish_id in sight.finished else Window.DELIVERED
        case "settling":
            return Window.SETTLING
        case "tracking" | "published":
            return Window.TRACKING
        case _:
            return Window.OTHER


def of_web(sight: Sight) -> list[tuple[str, Window]]:
    """What the web part had in hand."""
    found = [(fetch.publication_id, _of_fetch(fetch)) for fetch in sight.fetches]
    if sight.told_waits:
        found.append(("", Window.WEBHOOK))
    return found


def _of_fetch(fetch: Fetch) -> Window:
    if fetch.is_begun:
        return Window.SERVING
    return Window.OPENED if fetch.is_open else Window.ASKED_EARLY


def of_database(sight: Sight) -> list[tuple[str, Window]]:
    """What the database had in hand."""
    found = [(fetch.publication_id, Window.DB_SERVING) for fetch in sight.fetches if fetch.is_begun]
    if sight.told_waits:
        found.append(("", Window.DB_WEBHOOK))
    waits = sight.waits_of("postwright-")
    if any(query.startswith("SELECT media_addresses") for query in waits):
        found.append(("", Window.DB_CLOSING))
    elif waits:
        found.append(("", Window.DB_RECORDING))
    return found


def hardest(windows: Iterable[Window]) -> Window:
    """The one for which a blow counts."""
    return min(windows, key=list(Window).index, default=Window.OTHER)
