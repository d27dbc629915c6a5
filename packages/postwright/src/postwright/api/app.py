"""The API as an app: its routes, and what surrounds them."""

import asyncio
from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, FastAPI

from postwright.api import (
    api_keys,
    events,
    explained,
    forecast,
    health,
    metrics,
    pauses,
    profiles,
    usage,
)
from postwright.api.accounts import connect, creator_info
from postwright.api.accounts import health as account_health
from postwright.api.accounts import routes as accounts
from postwright.api.auth import Door
from postwright.api.counts import RequestCounts
from postwright.api.description import DESCRIPTION, DescribedApi
from postwright.api.explained import Docs
from postwright.api.failures import handle_failures
from postwright.api.media import routes as media
from postwright.api.media import uploads
from postwright.api.parts import Parts
from postwright.api.posts import bulk as posts_bulk
from postwright.api.posts import routes as posts
from postwright.api.publications import routes as publications
from postwright.api.requests import Around
from postwright.api.validate import post as validate_post
from postwright.api.validate import routes as validate

# One line for each resource; they are looked through in this order, so what is busy comes first.
ROUTERS: Final[tuple[APIRouter, ...]] = (
    posts.router,
    health.router,
    metrics.router,
    api_keys.router,
    profiles.router,
    uploads.router,
    media.router,
    validate.router,
    validate_post.router,
    usage.router,
    posts_bulk.router,
    publications.router,
    pauses.router,
    forecast.router,
    events.router,
    account_health.router,
    accounts.router,
    creator_info.router,
    connect.router,
    explained.router,
)

# Where it answers: below the folder, and at these paths.
FOLDER: Final = "/v1"
OPEN_PATHS: Final = frozenset({FOLDER, "/healthz", "/readyz", "/metrics", "/openapi.json"})


def described() -> FastAPI:
    """The app with all its routes, and nothing behind them: enough to describe it."""
    app = DescribedApi(
        title="Postwright",
        version=version("postwright"),
        description=DESCRIPTION,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for router in ROUTERS:
        app.include_router(router)
    return app


def create_app(parts: Parts) -> FastAPI:
    """The app of a process. Who stops it sets `state.stopping` first, which ends its streams."""
    app = described()
    api = parts.settings.api
    app.state.parts = parts
    app.state.counts = RequestCounts()
    app.state.stopping = asyncio.Event()
    app.state.door = Door(parts.database, api.requests_per_minute)
    docs = Docs(api.docs_url, parts.settings.web.public_url)
    handle_failures(app, ROUTERS, docs)
    app.add_middleware(Around, counts=app.state.counts, docs=docs)
    return app
