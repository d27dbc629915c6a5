"""Mend one file on this machine: run the program, then look at what came of it."""

from pathlib import Path

from postwright.media.errors import MediaUnreadable
from postwright.media.fixing.benches import Benches
from postwright.media.fixing.errors import FixFailed
from postwright.media.fixing.recipe import Recipe, VideoOrder
from postwright.media.fixing.run import Limits, Progress, carry_out
from postwright.media.probe import Probe, VideoProbe, probe

# What may be missing at the end: many files say that they are longer than they are.
_MISSING_PART = 0.05
_MISSING_MS = 1_000


async def mend(
    recipe: Recipe,
    source: Path,
    output: Path,
    *,
    limits: Limits,
    probe_timeout_s: float,
    on_progress: Progress | None = None,
    kept: Benches | None = None,
) -> Probe:
    """Do what a recipe says, and probe the result. `output` counts only when this returns.

    Args:
        recipe: what to do.
        source: the file; it is only read.
        output: is written, in a folder that is thrown away (see workshop.py).
        limits: what it may cost; `kept` has its own.
        probe_timeout_s: longest time for looking at the result.
        on_progress: called with how much is done, from 0 to 1.
        kept: programs that mend other files of the same person too; without, one is started.

    Raises:
        FixFailed: the file is damaged, or took too much; names the rules it was to be mended for.
        FixUnusable: the program does not start.
    """
    try:
        if kept is None:
            await carry_out(recipe, source, output, limits=limits, on_progress=on_progress)
        else:
            await kept.carry_out(recipe, source, output, on_progress)
        found = await probe(output, timeout_s=probe_timeout_s)
        _check(recipe, source, found)
    except FixFailed as failed:
        raise FixFailed(source, failed.why, rules=recipe.rules) from None
    except MediaUnreadable as error:
        why = f"What came of it is no good: {error.why}"
        raise FixFailed(source, why, rules=recipe.rules) from None
    return found


def _check(recipe: Recipe, source: Path, found: Probe) -> None:
    """Half a video must not pass for a whole one."""
    order = recipe.order
    if isinstance(order, VideoOrder) and isinstance(found, VideoProbe):
        missing_ms = order.duration_ms - found.duration_ms
        if missing_ms > max(_MISSING_MS, order.duration_ms * _MISSING_PART):
            why = (
                f"Only {found.duration_ms / 1000:.1f} s of {order.duration_ms / 1000:.1f} s "
                "could be read; the rest is damaged."
            )
            raise FixFailed(source, why)
    elif isinstance(order, VideoOrder) or isinstance(found, VideoProbe):
        raise FixFailed(source, "What came of it is something else.")
    if found.size_bytes > order.size_bytes:
        raise FixFailed(source, "It cannot be made small enough.")
