"""Posts as lists show them: everything that belongs to a hundred of them, in one go.

What is read here is only looked at. No session knows it, and what no list shows is not read: what
is in a file, the settings of a publication, what the network allows a creator.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, PlatformApp
from postwright.db.plain import Columns
from postwright.db.statement import Statement
from postwright.media.models import Ingest, MediaFile
from postwright.posts.models import Post
from postwright.publishing.awaiting import Piece
from postwright.publishing.listing import Part, Whole
from postwright.publishing.models import Publication

_POST: Final = Columns(
    Post,
    "posts",
    without=(
        "workspace_id", "kind", "status", "scheduled_for", "client_key", "fingerprint", "version",
        "deleted_at",
    ),
)  # fmt: skip
_PUBLICATION: Final = Columns(
    Publication,
    "p",
    without=(
        "workspace_id", "kind", "caption", "settings", "source", "content_version", "content_hash",
        "request_id", "lane", "due_at", "timezone", "if_missed", "nudged_at",
        "cancel_requested_at", "version",
    ),
)  # fmt: skip
_CONNECTION: Final = Columns(Connection, "c", without=("facts",))
_APP: Final = Columns(PlatformApp, "a")
_FILE: Final = Columns(
    MediaFile,
    "f",
    without=("workspace_id", "sha256", "probe", "original_id", "changes", "created_at", "used_at"),
)
_INGEST: Final = Columns(Ingest, "i", without=("url",))

_POSTS: Final = Statement(f"""
    SELECT {_POST.text} FROM posts
    WHERE workspace_id = :workspace_id AND id = ANY (CAST(:ids AS text[]))
""")  # noqa: S608  # the columns are ours
_PUBLICATIONS: Final = Statement(f"""
    SELECT {_PUBLICATION.text},
           (SELECT max(number) FROM attempts WHERE publication_id = p.id) AS attempts
    FROM publications AS p
    WHERE p.workspace_id = :workspace_id AND p.post_id = ANY (CAST(:ids AS text[]))
    ORDER BY p.id
""")  # noqa: S608  # the columns are ours
_CONNECTIONS: Final = Statement(f"""
    SELECT {_CONNECTION.text}, {_APP.text}
    FROM connections AS c JOIN platform_apps AS a ON a.id = c.platform_app_id
    WHERE c.workspace_id = :workspace_id AND c.id = ANY (ARRAY(
        SELECT DISTINCT connection_id FROM publications WHERE post_id = ANY (CAST(:ids AS text[]))
    ))
""")  # noqa: S608  # the columns are ours
_PLACES: Final = Statement("""
    SELECT post_id AS owner_id, position, media_id FROM post_media
    WHERE post_id = ANY (CAST(:ids AS text[]))
    UNION ALL
    SELECT m.publication_id, m.position, m.media_id
    FROM publications AS p JOIN publication_media AS m ON m.publication_id = p.id
    WHERE p.post_id = ANY (CAST(:ids AS text[]))
""")
_FILES: Final = Statement(f"""
    SELECT {_FILE.text} FROM media_files AS f
    WHERE f.workspace_id = :workspace_id AND f.id = ANY (ARRAY(
        SELECT media_id FROM post_media WHERE post_id = ANY (CAST(:ids AS text[]))
        UNION
        SELECT m.media_id
        FROM publications AS p JOIN publication_media AS m ON m.publication_id = p.id
        WHERE p.post_id = ANY (CAST(:ids AS text[]))
    ))
""")  # noqa: S608  # the columns are ours
_COMING: Final = Statement(f"""
    SELECT COALESCE(w.publication_id, w.post_id) AS owner_id, w.position, {_INGEST.text}
    FROM awaited_media AS w JOIN ingests AS i ON i.id = w.ingest_id
    WHERE i.workspace_id = :workspace_id AND w.post_id = ANY (CAST(:ids AS text[]))
""")  # noqa: S608  # the columns are ours


async def seen(session: AsyncSession, workspace_id: str, post_ids: Sequence[str]) -> list[Whole]:
    """Posts with all that lists show of them; see `listing.wholes`, which has all there is.

    One that is not there any more is left out.
    """
    # Written as an array once, and not for each statement: an id has nothing to be quoted.
    values = {"workspace_id": workspace_id, "ids": f"{{{','.join(post_ids)}}}"}
    posts = await _POSTS.ask(session, values)
    publications = await _PUBLICATIONS.ask(session, values)
    connections = await _CONNECTIONS.ask(session, values)
    places = await _PLACES.ask(session, values)
    files = await _FILES.ask(session, values)
    coming = await _COMING.ask(session, values)
    accounts = dict(map(_account, await connections.rows()))
    media = _media(await places.rows(), await files.rows(), await coming.rows())
    parts = defaultdict[str, list[Part]](list)
    for row in await publications.rows():
        publication = _PUBLICATION.look(row)
        its = media[publication.id]
        connection, app = accounts[publication.connection_id]
        part = Part(publication, connection, app, its, row.attempts or 0)
        parts[publication.post_id].append(part)
    known = {post.id: post for post in map(_POST.look, await posts.rows())}
    return [
        Whole(known[each], media[each], tuple(parts[each])) for each in post_ids if each in known
    ]


def _account(row: Sequence[Any]) -> tuple[str, tuple[Connection, PlatformApp]]:
    connection = _CONNECTION.look(row)
    return connection.id, (connection, _APP.look(row, len(_CONNECTION)))


def _media(
    places: Iterable[Any], files: Iterable[Any], coming: Iterable[Any]
) -> dict[str, tuple[Piece, ...]]:
    """By the id of a post or of a publication, its files in order."""
    there = {file.id: file for file in map(_FILE.read, files)}
    found = defaultdict[str, list[tuple[int, Piece]]](list)
    for owner_id, position, media_id in places:
        if media_id in there:
            found[owner_id].append((position, there[media_id]))
    for owner_id, position, *ingest in coming:
        found[owner_id].append((position, _INGEST.read(ingest)))
    ordered = {
        owner_id: (each[0][1],)
        if len(each) == 1
        else tuple(piece for _, piece in sorted(each, key=lambda one: one[0]))
        for owner_id, each in found.items()
    }
    return defaultdict(tuple, ordered)
