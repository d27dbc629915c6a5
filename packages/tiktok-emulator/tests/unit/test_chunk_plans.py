"""Which chunk plans TikTok takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.posting.init import check_plan
from tiktok_emulator.posting.state import ChunkPlan
from tiktok_emulator.settings import Settings

STRICT = Settings()
COUNT = "The total chunk count is invalid"
SIZE = "The chunk size is invalid"
SOURCE = "The request source info is empty or incorrect"


@pytest.mark.parametrize(
    ("size", "chunk", "count"),
    [
        (50_000_123, 10_000_000, 5),
        (4_194_304, 4_194_304, 1),
        (1, 1, 1),
        (67_108_864, 67_108_864, 1),
        (66_259_900, 33_129_950, 2),
        (158_008_374, 52_669_458, 3),
        (134_217_727, 67_108_863, 2),
        (4_294_967_296, 63_161_283, 68),
        (10_485_760, 5_242_880, 2),
        (5_242_880 * 1_000, 5_242_880, 1_000),
        (134_217_728, 67_108_864, 2),
    ],
)
def test_plans_that_are_taken(size: int, chunk: int, count: int) -> None:
    roomy = STRICT.model_copy(update={"max_video_bytes": 2**40})
    check_plan(ChunkPlan(size, chunk, count), roomy if size > 2**32 else STRICT)


@pytest.mark.parametrize(
    ("size", "chunk", "count", "message", "rule"),
    [
        (50_000_123, 10_000_000, 6, COUNT, "posting.init.chunk-count"),
        (50_000_123, 10_000_000, 4, COUNT, "posting.init.chunk-count"),
        (4_000_000, 4_194_304, 2, COUNT, "posting.init.chunk-count"),
        (66_259_900, 64_000_000, 1, SIZE, "posting.init.single-chunk"),
        (66_259_900, 64_000_000, 2, COUNT, "posting.init.chunk-count"),
        (158_008_374, 158_008_374, 1, SIZE, "posting.init.single-chunk"),
        (67_108_865, 67_108_865, 1, SIZE, "posting.init.single-chunk"),
        (4_000_000, 5_242_880, 1, SIZE, "posting.init.single-chunk"),
        (10_485_758, 5_242_879, 2, SIZE, "posting.init.chunk-range"),
        (134_217_730, 67_108_865, 2, SIZE, "posting.init.chunk-range"),
        (4_294_967_297, 63_161_283, 68, SOURCE, "posting.init.size-limit"),
    ],
)
def test_plans_that_are_refused(size: int, chunk: int, count: int, message: str, rule: str) -> None:
    with pytest.raises(PostingRefusal) as caught:
        check_plan(ChunkPlan(size, chunk, count), STRICT)
    assert (caught.value.message, caught.value.rule) == (message, rule)
    assert (caught.value.status, caught.value.code) == (400, "invalid_params")


def test_more_than_a_thousand_chunks_are_refused_where_small_chunks_are_let_through() -> None:
    with pytest.raises(PostingRefusal) as caught:
        check_plan(ChunkPlan(1_001_000, 1_000, 1_001), Settings(min_chunk_bytes=1))
    assert caught.value.rule == "posting.init.max-chunks"


@given(
    chunk=st.integers(5_242_880, 67_108_864),
    count=st.integers(2, 64),
    rest=st.floats(0, 1, exclude_max=True),
)
def test_every_plan_with_floor_is_taken_and_its_chunks_cover_the_file(
    chunk: int, count: int, rest: float
) -> None:
    size = min(chunk * count + int(chunk * rest), 4_294_967_296)
    plan = ChunkPlan(size, chunk, size // chunk)
    check_plan(plan, STRICT)
    first, seen = 0, 0
    while first < size:
        last = plan.last_index(first)
        assert last - first + 1 < 2 * chunk
        first, seen = last + 1, seen + 1
    assert (first, seen) == (size, plan.count)


def test_the_last_chunk_may_be_as_long_as_allowed_and_not_a_byte_more() -> None:
    narrow = STRICT.model_copy(update={"max_last_chunk_bytes": 9_000_000})
    check_plan(ChunkPlan(15_000_000, 6_000_000, 2), narrow)
    with pytest.raises(PostingRefusal, match="9000000 for the last"):
        check_plan(ChunkPlan(15_000_001, 6_000_000, 2), narrow)
