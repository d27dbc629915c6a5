"""Where publishing keeps sealed texts."""

from postwright.connections import sealed
from postwright.connections.sealed import Place
from postwright.publishing.models import AttemptRow
from postwright.publishing.work import upload_url_context

EVERYWHERE = (*sealed.PLACES, Place(AttemptRow, "id", "upload_url", upload_url_context))
