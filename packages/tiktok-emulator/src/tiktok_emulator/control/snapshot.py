"""The whole state as JSON, secrets and all, to go on from somewhere else or later."""

import base64
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tiktok_emulator.clock import EARLIEST
from tiktok_emulator.control.codec import Codec
from tiktok_emulator.control.schemas import BadOrder
from tiktok_emulator.display.state import SeededVideo
from tiktok_emulator.faults import Fault, Faults
from tiktok_emulator.ids import Ids
from tiktok_emulator.oauth.state import (
    App,
    ClientToken,
    Code,
    ConsentPage,
    Grant,
    Session,
    StandingConsent,
    Token,
)
from tiktok_emulator.posting.inspect import begin
from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.state import Creator, Outcome, Post
from tiktok_emulator.pull.download import start
from tiktok_emulator.pull.state import Pull
from tiktok_emulator.scenarios import SCENARIOS
from tiktok_emulator.seeds import problems
from tiktok_emulator.settings import Settings
from tiktok_emulator.store import World
from tiktok_emulator.upload.state import Upload
from tiktok_emulator.webhooks.state import Delivery

FORMAT = 1
CLASSES = (Upload, Pull)
# What only a running process has.
TRANSIENT = frozenset({"work", "writer", "pending_write", "digest"})
_KEPT: Mapping[str, Any] = {
    "apps": dict[str, App],
    "creators": dict[str, Creator],
    "grants": dict[tuple[str, ...], Grant],
    "access_tokens": dict[str, Token],
    "refresh_tokens": dict[str, Token],
    "client_tokens": dict[str, ClientToken],
    "sessions": dict[str, Session],
    "pages": dict[str, ConsentPage],
    "standing": list[StandingConsent],
    "codes": dict[str, Code],
    "windows": dict[tuple[str, ...], list[datetime]],
    "publishes": dict[str, Publish],
    "posts": dict[int, Post],
    "outcomes": list[Outcome],
    "videos": dict[int, SeededVideo],
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A snapshot that has been read whole, before anything is changed."""

    values: Mapping[str, Any]
    settings: Settings
    scenario: str
    faults: list[Fault]
    deliveries: list[Delivery]
    now: datetime
    is_frozen: bool
    rate: float
    dice: list[str]
    media: Mapping[str, bytes]


def snapshot(world: World, *, with_media: bool) -> dict[str, object]:
    """Everything there is. It holds tokens and secrets; media only if asked for."""
    codec = Codec(CLASSES, folder=world.spool, transient=TRANSIENT, pooled=Grant)
    kept = {name: codec.write(getattr(world, name)) for name in _KEPT}
    return {
        "format": FORMAT,
        "now": world.clock.now().isoformat(),
        "is_frozen": world.clock.is_frozen,
        "rate": world.clock.rate,
        "settings": world.settings.model_dump(mode="json"),
        "scenario": world.scenario,
        "pool": [codec.write_whole(grant) for grant in codec.pool],
        **kept,
        "faults": codec.write(world.faults.waiting),
        "deliveries": codec.write(list(world.outbox.deliveries)),
        "dice": [*world.ids.dice(), world.faults.dice()],
        "media": _media(world) if with_media else {},
    }


def _media(world: World) -> dict[str, str]:
    return {
        file.name: base64.b64encode(file.read_bytes()).decode("ascii")
        for file in sorted(world.spool.iterdir())
        if file.is_file()
    }


def load(world: World, data: Mapping[str, Any]) -> None:
    """Forget what is here and go on from a snapshot; downloads that were underway begin anew.

    Without its media an unfinished upload has no bytes yet, and a post has an empty file.

    Raises:
        BadOrder: it is no snapshot of this kind; then nothing was changed.
    """
    try:
        loaded = _read(world, data)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        what = problems(error) if isinstance(error, ValidationError) else repr(error)
        raise BadOrder(f"state: no snapshot of format {FORMAT}: {what}") from error
    world.reset()
    world.settings, world.scenario = loaded.settings, loaded.scenario
    for name, value in loaded.values.items():
        setattr(world, name, value)
    world.faults.waiting = loaded.faults
    *ids, faults = loaded.dice
    world.ids.set_dice(ids)
    world.faults.set_dice(faults)
    world.clock.set(loaded.now)
    world.clock.run_at(loaded.rate)
    if loaded.is_frozen:
        world.clock.freeze()
        world.clock.set(loaded.now)
    for name, content in loaded.media.items():
        (world.spool / name).write_bytes(content)
    _link(world)
    world.outbox.load(loaded.deliveries)
    world.due.wake()


def _read(world: World, data: Mapping[str, Any]) -> Loaded:
    if data["format"] != FORMAT:
        raise BadOrder(f"state: format {data['format']!r} is not {FORMAT}")
    codec = Codec(CLASSES, folder=world.spool, transient=TRANSIENT, pooled=Grant)
    codec.pool += [codec.read_whole(each, Grant) for each in data["pool"]]
    values = {name: codec.read(data[name], hint) for name, hint in _KEPT.items()}
    values["windows"] = {key: deque(moments) for key, moments in values["windows"].items()}
    scenario = data["scenario"]
    if scenario not in SCENARIOS:
        raise BadOrder(f"state: no scenario {scenario!r}")
    return Loaded(
        values=values,
        settings=Settings.model_validate(data["settings"]),
        scenario=scenario,
        faults=codec.read(data["faults"], list[Fault]),
        deliveries=codec.read(data["deliveries"], list[Delivery]),
        now=codec.read(data["now"], datetime),
        is_frozen=codec.read(data["is_frozen"], bool),
        rate=codec.read(data["rate"], float),
        dice=_dice(codec, data["dice"]),
        media=_decoded(codec, data.get("media", {})),
    )


def _dice(codec: Codec, data: object) -> list[str]:
    """The four states, thrown once on other dice to see that they are such."""
    dice: list[str] = codec.read(data, list[str])
    *ids, faults = dice
    Ids(0, EARLIEST).set_dice(ids)
    Faults().set_dice(faults)
    return dice


def _decoded(codec: Codec, media: Mapping[str, Any]) -> dict[str, bytes]:
    return {
        codec.read(name, Path).name: codec.read(content, bytes) for name, content in media.items()
    }


def _link(world: World) -> None:
    """Make again what follows from the rest."""
    for publish in world.publishes.values():
        if publish.finished_at is None:
            world.undecided[publish.publish_id] = publish
            if publish.is_complete and not publish.is_probed:
                begin(world, publish)
        for file in publish.files:
            file.path.touch()
        match publish:
            case Upload():
                _resume(world, publish)
            case Pull() if not publish.is_complete and publish.finished_at is None:
                publish.files.clear()
                publish.received_bytes = 0
                start(world, publish)
            case _:
                pass
    now = world.clock.now()
    world.in_moderation = [
        post
        for post in world.posts.values()
        if post.public_id_at is not None and now < post.public_id_at
    ]


def _resume(world: World, upload: Upload) -> None:
    """Let an upload go on where its bytes end; the running hash is made from them."""
    world.uploads_by_id[upload.upload_id] = upload
    if upload.is_complete:
        return
    stored = upload.path.read_bytes()[: upload.received_bytes] if upload.path.exists() else b""
    upload.received_bytes = len(stored) if len(stored) == upload.received_bytes else 0
    upload.digest.update(stored[: upload.received_bytes])
