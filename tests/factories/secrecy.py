"""What must never be seen: every secret of a service in a test, and everything that it wrote."""

from urllib.parse import urlsplit

from sqlalchemy import text

from postwright.kit.keys import as_text, read
from tests.factories.installation import Service
from tiktok_emulator.pull.state import Pull

_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")


def secrets_of(service: Service) -> set[str]:
    """Everything that the network has given out, and what we keep to ourselves.

    Of an address to upload to it is the token in it; of one that the network fetches from, the
    signature.
    """
    state = service.emulator.state
    given = {*state.access_tokens, *state.refresh_tokens, *state.codes}
    uploads = {upload.upload_token for upload in state.uploads_by_id.values()}
    pulls = [each for each in state.publishes.values() if isinstance(each, Pull)]
    signed = {urlsplit(at.url).path.split("/")[-2] for each in pulls for at in each.addresses}
    keys = {as_text(key) for key in read(service.settings.key_file)}
    ours = service.settings.tiktok.client_secret.get_secret_value()
    return {*given, *uploads, *signed, *keys, ours}


async def dump(service: Service) -> str:
    """Every row of every table, as text."""
    async with service.database.transaction() as session:
        rows = list[str]()
        for table in await session.scalars(_TABLES):
            rows += await session.scalars(text(f'SELECT t::text FROM "{table}" AS t'))  # noqa: S608  # names of our own tables
    return "\n".join(rows)
