"""`/v1/errors/{code}`: what an error means. Its `docUrl` leads here, or to a page elsewhere."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Path, Request

from postwright.api.bases import base_of
from postwright.api.errors import NoSuchError
from postwright.api.routing import routes
from postwright.api.wire.errors import ErrorMeaning
from postwright.errors import AppError

router = routes("Errors")


@router.get("/errors/{code}", summary="What an error means", operation_id="get_error")
async def get_error(
    code: Annotated[
        str, Path(description="The error's `code`.", examples=["post_unfit"], max_length=100)
    ],
) -> ErrorMeaning:
    """What an error means, and what to do about it; whoever asks needs no key."""
    for error in _known(AppError):
        if error.code == code:
            says = " ".join((error.__doc__ or "").partition("\n\n")[0].split())
            return ErrorMeaning(code=code, meaning=says, advice=error.advice)
    raise NoSuchError("There is no such error.")


class Docs:
    """Where errors are explained.

    Args:
        docs_url: a page that explains them all; empty: this service does.
        public_url: the address of this service, as the settings have it.
    """

    def __init__(self, docs_url: str, public_url: str) -> None:
        self._docs_url = docs_url
        self._public_url = public_url

    def url(self, request: Request, code: str) -> str:
        """The address for one error, as whoever asked reaches it."""
        if self._docs_url:
            return f"{self._docs_url}#{code}"
        return f"{base_of(request, self._public_url)}/v1/errors/{code}"


def _known(error: type[AppError]) -> Iterator[type[AppError]]:
    for each in error.__subclasses__():
        yield each
        yield from _known(each)
