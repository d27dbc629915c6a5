"""Looks at everything at once; what goes wrong with one look stays with it."""

import asyncio
from collections.abc import Mapping, Sequence

from postwright.cli.doctor.verdict import Check, Scene, Verdict, by_error, red
from postwright.errors import AppError

TIMEOUT_S = 30.0


async def look(
    checks: Mapping[str, Check], scene: Scene, *, timeout_s: float = TIMEOUT_S
) -> list[Verdict]:
    """All verdicts, in the order of the checks."""
    found = await asyncio.gather(
        *(_guarded(name, check, scene, timeout_s) for name, check in checks.items())
    )
    return [verdict for verdicts in found for verdict in verdicts]


async def _guarded(name: str, check: Check, scene: Scene, timeout_s: float) -> Sequence[Verdict]:
    try:
        async with asyncio.timeout(timeout_s):
            return await check(scene)
    except TimeoutError:
        says = f"Looking at it took longer than {timeout_s:.0f} s."
        return [red(name, says, "See whether the machine or its network is overloaded.")]
    except AppError as error:
        return [by_error(name, error)]
    except Exception as error:  # noqa: BLE001  # the doctor tells of everything, its own faults too
        says = f"It could not be looked at ({type(error).__name__})."
        return [red(name, says, "Report this, it is a fault of ours.")]
