"""A strict TikTok on localhost, for development, tests and demos.

    with running() as tiktok:
        tiktok.base_url, tiktok.posts(), tiktok.fail_next("video.init", status=503)

runs one in a thread; `async with Emulator.serve() as emulator` runs it in the event loop that is
there, with its `state` at hand; `create_app(World(...))` is for an ASGI client in-process, and
`tiktok-emulator serve` is the command.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktok_emulator.app import create_app
    from tiktok_emulator.control.remote import Control
    from tiktok_emulator.control.schemas import BadOrder
    from tiktok_emulator.errors import ConnectionDropped, EmulatorError, PortTaken, SeedInvalid
    from tiktok_emulator.seeds import DEMO, AppSeed, CreatorSeed, Seed, VideoSeed
    from tiktok_emulator.serving import Emulator
    from tiktok_emulator.settings import Processing, RateLimits, Settings
    from tiktok_emulator.store import World
    from tiktok_emulator.threaded import Running, running
    from tiktok_emulator.tls.recipe import Secure

__all__ = [
    "DEMO",
    "AppSeed",
    "BadOrder",
    "ConnectionDropped",
    "Control",
    "CreatorSeed",
    "Emulator",
    "EmulatorError",
    "PortTaken",
    "Processing",
    "RateLimits",
    "Running",
    "Secure",
    "Seed",
    "SeedInvalid",
    "Settings",
    "VideoSeed",
    "World",
    "create_app",
    "running",
]

# Imported when asked for: the command answers --help, and Ctrl-C, before all of it is there.
_HOMES = {
    "DEMO": "seeds",
    "AppSeed": "seeds",
    "BadOrder": "control.schemas",
    "ConnectionDropped": "errors",
    "Control": "control.remote",
    "CreatorSeed": "seeds",
    "Emulator": "serving",
    "EmulatorError": "errors",
    "PortTaken": "errors",
    "Processing": "settings",
    "RateLimits": "settings",
    "Running": "threaded",
    "Secure": "tls.recipe",
    "Seed": "seeds",
    "SeedInvalid": "errors",
    "Settings": "settings",
    "VideoSeed": "seeds",
    "World": "store",
    "create_app": "app",
    "running": "threaded",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
