"""A client of our own REST API: what the command line uses against a service elsewhere."""

from postwright.remote.address import Address
from postwright.remote.client import Remote, connected
from postwright.remote.events import Happened
from postwright.remote.refusals import Refused, Unreachable

__all__ = ["Address", "Happened", "Refused", "Remote", "Unreachable", "connected"]
