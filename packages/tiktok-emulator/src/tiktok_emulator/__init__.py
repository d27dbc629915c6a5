"""A strict TikTok on localhost, for development, tests and demos.

    async with Emulator.serve(port=0) as emulator:
        emulator.base_url, emulator.state

or `create_app(World(...))` for an ASGI client in-process, or `tiktok-emulator serve`.
"""

from tiktok_emulator.app import create_app
from tiktok_emulator.errors import ConnectionDropped, EmulatorError, PortTaken, SeedInvalid
from tiktok_emulator.seeds import DEMO, AppSeed, CreatorSeed, Seed
from tiktok_emulator.serving import Emulator
from tiktok_emulator.settings import Processing, RateLimits, Settings
from tiktok_emulator.store import World

__all__ = [
    "DEMO",
    "AppSeed",
    "ConnectionDropped",
    "CreatorSeed",
    "Emulator",
    "EmulatorError",
    "PortTaken",
    "Processing",
    "RateLimits",
    "Seed",
    "SeedInvalid",
    "Settings",
    "World",
    "create_app",
]
