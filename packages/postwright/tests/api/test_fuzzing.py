"""Whatever is sent to whichever route: an answer as the description has it, and no fault of ours.

It knows no route: those to come are asked, too.
"""

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks as known

from tests.factories.api import Api, beside, served_api
from tests.factories.operations import description, operations
from tests.factories.routes import made

pytestmark = pytest.mark.slow

PATIENCE_S = 20
# The same few each time; `schemathesis run URL/openapi.json` looks for more.
FEW = settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
SCHEMA: Any = schemathesis.openapi.from_dict(description())
LOOKED_AT = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
]
CHECKS: Any = known.CHECKS.get_by_names(LOOKED_AT)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # schemathesis has no types for it
# Nothing is asked of TikTok or of the outside here: whatever is a 502 would be asked in vain.
ASKS_OTHERS = set[str]()


def _fuzz(operation: Any, url: str, key: str, ids: Mapping[str, str]) -> None:
    """Ask one operation: of things that are there, and of what nobody has made."""
    is_there = itertools.cycle([True, False])

    @FEW
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {key}"}
        if case.path_parameters and next(is_there):
            case.path_parameters = {name: ids[name] for name in case.path_parameters}
        answer = case.call(base_url=url, timeout=PATIENCE_S, allow_redirects=False)
        case.validate_response(answer, checks=CHECKS)

    ask()


async def test_every_route_answers_as_it_is_described(api: Api) -> None:
    async with served_api(
        api.service, beside(api.service.settings, requests_per_minute=10**6)
    ) as asked:
        key = await api.key()
        ids = await made(api)
        names = {each.name for each in operations()} - ASKS_OTHERS
        seen = set[str]()
        for result in SCHEMA.get_all_operations():
            operation = result.ok()
            name = operation.definition.raw["operationId"]
            if name in names:
                await asyncio.to_thread(_fuzz, operation, asked.url, key, ids)
                seen.add(name)
        assert seen == names
