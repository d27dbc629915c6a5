"""What people read of a decision: the protocol knows neither networks' names nor their codes."""

from postwright.platforms.base import Network
from postwright.publishing.attempt import NETWORK, Decision, End, Restart, Stage, Wait


def told(network: Network, decision: Decision) -> str:
    """Why it waits, begins anew or has ended; empty when there is nothing to say.

    A code of the network's is said in words, and what the network itself has said is added.
    """
    match decision.next:
        case End(stage=Stage.FAILED, reason=reason, detail=detail):
            explained = network.explain(reason)
            said = detail.replace(NETWORK, network.name)
            if explained is None:
                return said
            return f"{explained.says} ({said})" if said else explained.says
        case End(detail=detail) | Restart(detail=detail) | Wait(detail=detail):
            return detail.replace(NETWORK, network.name)
        case _:
            return ""
