import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_client import ChunkPlan, limits, plan_chunks

MIB = 1_048_576


@pytest.mark.parametrize(
    ("size_bytes", "count", "chunk_bytes", "last_bytes"),
    [
        (4_194_304, 1, 4_194_304, 4_194_304),
        (50_000_123, 1, 50_000_123, 50_000_123),
        (64_000_000, 1, 64_000_000, 64_000_000),
        (64_000_001, 2, 32_000_000, 32_000_001),
        (66_259_900, 2, 33_129_950, 33_129_950),
        (77_360_899, 2, 38_680_449, 38_680_450),
        (128_000_001, 3, 42_666_667, 42_666_667),
        (158_008_374, 3, 52_669_458, 52_669_458),
        (602_285_541, 10, 60_228_554, 60_228_555),
        (4_294_967_296, 68, 63_161_283, 63_161_335),
    ],
)
def test_known_sizes_are_cut_as_known(
    size_bytes: int, count: int, chunk_bytes: int, last_bytes: int
) -> None:
    plan = plan_chunks(size_bytes)
    assert (len(plan), plan.chunk_bytes) == (count, chunk_bytes)
    assert plan.chunk(count - 1).size_bytes == last_bytes


sizes = st.integers(1, limits.MAX_VIDEO_BYTES)
most = st.integers(10 * MIB, 64 * MIB)


@given(sizes, most)
def test_every_plan_obeys_every_rule_of_tiktok(size_bytes: int, max_chunk_bytes: int) -> None:
    plan = plan_chunks(size_bytes, max_chunk_bytes)
    assert plan.count == size_bytes // plan.chunk_bytes
    assert 1 <= plan.count <= limits.MAX_CHUNKS
    assert plan.chunk_bytes <= limits.MAX_CHUNK_BYTES
    if plan.count == 1:
        assert plan.chunk_bytes == size_bytes
    else:
        assert plan.chunk_bytes >= limits.MIN_CHUNK_BYTES
    last = plan.chunk(plan.count - 1)
    assert plan.chunk_bytes <= last.size_bytes < 2 * plan.chunk_bytes
    assert last.size_bytes <= limits.MAX_LAST_CHUNK_BYTES


@given(sizes, most)
def test_chunks_cover_the_file_once_and_in_order(size_bytes: int, max_chunk_bytes: int) -> None:
    at = 0
    chunks = list(plan_chunks(size_bytes, max_chunk_bytes))
    for index, chunk in enumerate(chunks):
        assert (chunk.index, chunk.first) == (index, at)
        assert chunk.is_last == (index == len(chunks) - 1)
        at = chunk.last_inclusive + 1
    assert at == size_bytes


@given(sizes, st.data())
def test_the_rest_begins_where_the_upload_stands(size_bytes: int, data: st.DataObject) -> None:
    plan = plan_chunks(size_bytes)
    offset = data.draw(st.integers(0, size_bytes))
    rest = list(plan.chunks_from(offset))
    assert sum(chunk.size_bytes for chunk in rest) == size_bytes - offset
    if rest:
        assert rest[0].first == offset
        assert rest[-1].is_last


@given(st.integers(2, limits.MAX_VIDEO_BYTES), st.data())
def test_a_counter_and_a_last_index_give_the_same_place_to_go_on(
    size_bytes: int, data: st.DataObject
) -> None:
    plan = plan_chunks(size_bytes)
    boundary = data.draw(st.sampled_from([*(c.first for c in plan), size_bytes]))
    assert plan.resume_at(boundary) == boundary
    if boundary:
        assert plan.resume_at(boundary - 1) == boundary


def test_a_counter_inside_a_chunk_tells_nothing() -> None:
    plan = plan_chunks(128_000_001)
    assert plan.resume_at(1_000) is None


def test_an_offset_in_mid_chunk_gives_the_rest_of_that_chunk() -> None:
    plan = ChunkPlan(size_bytes=25, chunk_bytes=10, count=2)
    assert [(c.index, c.first, c.last_inclusive) for c in plan.chunks_from(4)] == [
        (0, 4, 9),
        (1, 10, 24),
    ]


@pytest.mark.parametrize("size_bytes", [0, -1, limits.MAX_VIDEO_BYTES + 1])
def test_an_impossible_size_is_refused(size_bytes: int) -> None:
    with pytest.raises(ValueError, match="a video has"):
        plan_chunks(size_bytes)


@pytest.mark.parametrize("max_chunk_bytes", [10 * MIB - 1, 64 * MIB + 1])
def test_a_limit_that_could_break_tiktoks_is_refused(max_chunk_bytes: int) -> None:
    with pytest.raises(ValueError, match="max_chunk_bytes"):
        plan_chunks(100_000_000, max_chunk_bytes)


def test_places_outside_the_plan_are_refused() -> None:
    plan = plan_chunks(100)
    with pytest.raises(IndexError):
        plan.chunk(1)
    with pytest.raises(ValueError, match="outside"):
        list(plan.chunks_from(101))
