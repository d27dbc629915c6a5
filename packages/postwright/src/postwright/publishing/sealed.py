"""Every sealed text of all: those of connections, of media, and of publishing."""

from postwright.connections import sealed
from postwright.connections.sealed import Place
from postwright.media.ingest import url_context
from postwright.media.models import Ingest
from postwright.publishing.models import AttemptRow
from postwright.publishing.work import upload_url_context

EVERYWHERE = (
    *sealed.PLACES,
    Place(Ingest, "id", "url", url_context),
    Place(AttemptRow, "id", "upload_url", upload_url_context),
)
