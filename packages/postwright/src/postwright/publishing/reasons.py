"""Why a publication waits or has failed, in words that fit anywhere, and what to advise. Pure.

Codes of a network's own are its own to explain; these are the rest.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from postwright.errors import Advice
from postwright.platforms.report import Explained
from postwright.publishing.attempt import NETWORK
from postwright.publishing.models import Publication
from postwright.publishing.states import State

# What holds it: half sentences, as they are shown after "held".
_HOLDS: Final = {
    "rate_limit": Explained(f"{NETWORK}'s limit per minute is used up", Advice.WAIT),
    "daily_cap": Explained(f"{NETWORK} lets nothing more be posted today", Advice.WAIT),
    "pending_drafts": Explained("too many drafts wait to be finished in the app", Advice.WAIT),
    "active_users": Explained("the app may not post for more accounts today", Advice.WAIT),
    "reconnect": Explained("the account has to be connected again", Advice.RECONNECT),
    "revoked": Explained("its authorisation was taken away", Advice.RECONNECT),
    "insufficient_scope": Explained("a permission is missing", Advice.RECONNECT),
    "account": Explained("the account's own settings forbid it", Advice.FIX),
    "request": Explained(f"{NETWORK} does not take what it was asked", Advice.FIX),
    "network_fault": Explained(f"something at {NETWORK} is broken", Advice.WAIT),
    "unreachable": Explained(f"{NETWORK} cannot be reached", Advice.WAIT),
    "no_public_address": Explained(
        f"there is no address from which {NETWORK} can fetch it", Advice.FIX
    ),
    "web_away": Explained(
        f"the web part, from which {NETWORK} would fetch it, is not running", Advice.FIX
    ),
    "trouble": Explained("something is wrong on this side", Advice.FIX),
    "paused": Explained("publishing is paused", Advice.WAIT),
    "copy_in_doubt": Explained("this may be a copy of the data", Advice.FIX),
    "missed": Explained("its time passed while nothing was running", Advice.FIX),
    "restored": Explained("it may have gone out before a backup was put back", Advice.ASK_STATUS),
    "media_coming": Explained("its files are being fetched", Advice.WAIT),
    "unconfirmed": Explained("nobody can prove whether it is out", Advice.ASK_STATUS),
}

# What ends it; the publication's detail says more.
_ENDS: Final = {
    "upload_rejected": Explained(f"{NETWORK} did not take the bytes", Advice.RETRY),
    "no_upload_completed": Explained("no upload came to its end", Advice.RETRY),
    "reconciled": Explained("a person has looked: it is not out", Advice.RETRY),
    "media_missing": Explained("its file is not there any more", Advice.FIX),
    "media_kind": Explained("what was fetched for it is of another kind", Advice.FIX),
    "media_damaged": Explained("its file is not what it was", Advice.FIX),
}

REASONS: Final[Mapping[str, Explained]] = MappingProxyType({**_HOLDS, **_ENDS})

# A finding, or a code that nobody knows: something about the post is not as it has to be.
_UNFIT: Final = Explained("", Advice.FIX)

Explain = Callable[[str], Explained | None]


def explained(code: str, explain: Explain) -> Explained:
    """A code in words, and the advice; `explain` is the network's. No words for a rule's name."""
    return REASONS.get(code) or explain(code) or _UNFIT


def advice_of(publication: Publication, explain: Explain) -> Advice | None:
    """What to do about a publication; None if there is nothing to be done."""
    match publication.state:
        case State.FAILED:
            return explained(publication.end_code, explain).advice
        case State.HELD:
            return explained(publication.hold_reason, explain).advice
        case State.UNCONFIRMED:
            held = REASONS.get(publication.hold_reason)
            return Advice.ASK_STATUS if held is None else held.advice
        case _:
            return None
