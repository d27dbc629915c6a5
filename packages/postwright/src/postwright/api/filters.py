"""Filters of lists: one that is misspelt must not list everything."""

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params

from postwright.api.errors import InvalidRequest
from postwright.kit.text import storable


def refuse_unknown(request: Request) -> None:
    """Look whether every name in the query is a filter of the route.

    Raises:
        InvalidRequest: one is not.
    """
    known = {each.alias for each in get_flat_params(request.scope["route"].dependant)}
    for name in request.query_params:
        if name not in known:
            raise InvalidRequest(f"There is no filter {storable(name)[:64]!r}.", param=name[:64])
