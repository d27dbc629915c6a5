"""Whether PostgreSQL looks at the values of a statement when it plans it.

What is asked thousands of times a minute is planned once (`Database(repeats=True)`): a step into an
index, whatever its values. A list is another one for each of its filters.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.statement import Statement

_KNOWN: Final = Statement("SET LOCAL plan_cache_mode TO force_custom_plan")
_AS_BEFORE: Final = Statement("SET LOCAL plan_cache_mode TO DEFAULT")


@asynccontextmanager
async def planned_by_values(session: AsyncSession) -> AsyncGenerator[None]:
    """What is asked within the block is planned for its values, each time."""
    await _KNOWN.run(session, {})
    yield
    await _AS_BEFORE.run(session, {})
