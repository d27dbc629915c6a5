"""Every sealed text of all: of connections, of media, of publishing, and of the API's answers."""

from postwright.connections import sealed
from postwright.connections.sealed import Place
from postwright.media.ingest import url_context
from postwright.media.models import Ingest
from postwright.publishing.models import AttemptRow
from postwright.publishing.work import upload_url_context
from postwright.workspaces.api_calls import answer_context
from postwright.workspaces.models import ApiCall

EVERYWHERE = (
    *sealed.PLACES,
    Place(Ingest, ("id",), "url", url_context),
    Place(AttemptRow, ("id",), "upload_url", upload_url_context),
    # Only those with a secret in them are sealed.
    Place(ApiCall, ("workspace_id", "kind", "name"), "body", answer_context, some=True),
)
