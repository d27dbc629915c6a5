"""What comes of a record: it is durable, or why it is not."""

from dataclasses import dataclass, field, replace

from postwright.connections.slots import Slot
from postwright.db.statement import Coming
from postwright.publishing.attempt import Event


@dataclass(frozen=True, slots=True)
class Recorded:
    """It is durable. `slot` is the quota slot of the call that may now be made.

    `addresses` are where the network may fetch the files; secrets. `holds` says that the lane is
    still held: there is a call to make, or more is due in it.
    """

    slot: Slot | None
    cancel_requested: bool
    addresses: tuple[str, ...] = field(default=(), repr=False)
    holds: bool = True


@dataclass(frozen=True, slots=True)
class FenceLost:
    """Somebody else holds the lane. Nothing was stored; nothing may be sent."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """A cancel, an edit or a webhook came that the decision did not know of. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class Barred:
    """The call can not be made now, and this is why. Nothing was stored."""

    event: Event


Undone = FenceLost | Outdated | Barred


@dataclass(frozen=True, slots=True)
class Recording:
    """A record in a transaction that has not ended: what came of it, `ended` tells afterwards.

    `stored` brings nothing if somebody else has ended the attempt, `let_go` nothing if the lane
    is held still.
    """

    recorded: Recorded
    stored: Coming | None = None
    let_go: Coming | None = None


async def ended(recording: Recording | Undone) -> Recorded | Undone:
    """What came of a record, once its transaction has ended."""
    if not isinstance(recording, Recording):
        return recording
    if recording.stored is not None and await recording.stored.first() is None:
        return FenceLost()  # a person has ended it
    if recording.let_go is None:
        return recording.recorded
    return replace(recording.recorded, holds=await recording.let_go.first() is None)
