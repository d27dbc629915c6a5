"""The files of a TLS side."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files in PEM: what a client has to trust, and what the server shows.

    `bundle` is what the system trusts with `authority` added, for programs in which one file
    takes the place of all others.
    """

    authority: Path
    bundle: Path
    leaf: Path
    leaf_key: Path
