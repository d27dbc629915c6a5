"""What adding, removing and sweeping media work with."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.config import MediaSettings
from postwright.db.database import Database
from postwright.media.store import MediaStore


@dataclass(frozen=True, slots=True)
class Use:
    """Something that needs a file.

    Attributes:
        what: "post", "fix" or "address".
        id: of that.
        says: what it is, in half a sentence.
    """

    what: str
    id: str
    says: str


# Which posts need these files: asked of (session, workspace id, ids of files), answered by file.
# Media does not know what a post is; whoever puts things together passes this in.
PostsNeeding = Callable[
    [AsyncSession, str, Collection[str]], Awaitable[Mapping[str, Collection[Use]]]
]


@dataclass(frozen=True, slots=True)
class Library:
    """The store with the rows that tell what is in it."""

    database: Database
    store: MediaStore
    settings: MediaSettings
    posts_needing: PostsNeeding
