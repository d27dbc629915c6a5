"""Chunk plans against TikTok's rules, by a judge that knows nothing of how plans are made."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_client import ChunkPlan, chunk_bytes_for, limits, plan_chunks

MIB = 1_048_576
GIB = 1_073_741_824
MB = 1_000_000


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


def objections(size: int, chunk: int, count: int, *, mega: int) -> list[str]:
    """What the official page and the refusals seen in 2026 have against an init.

    `mega` is what "MB" means. Nothing here knows how we plan; sizes of PUTs are counted out.
    """
    said: list[str] = []
    if count * chunk > size or (count + 1) * chunk <= size:
        said.append("the count is not the floor of size through chunk")
    if not 1 <= count <= 1000:
        said.append("not 1 to 1000 chunks")
    if size < 5 * mega and (count, chunk) != (1, size):
        said.append("a file under 5 MB goes up whole")
    if size >= 5 * mega and not 5 * mega <= chunk <= 64 * mega:
        said.append("a chunk is not 5 to 64 MB")
    if size > 64 * mega and count < 2:
        said.append("over 64 MB takes more than one chunk")
    if count == 1 and chunk != size:
        said.append("observed: one chunk that is not the file")
    last = size - (count - 1) * chunk
    if last > 128 * mega:
        said.append("the last chunk is over 128 MB")
    if last < chunk:
        said.append("a short chunk at the end")
    return said


def test_the_judge_knows_tiktoks_own_examples_and_the_refusals() -> None:
    assert objections(50_000_123, 10_000_000, 5, mega=MB) == []
    assert objections(4_194_304, 4_194_304, 1, mega=MIB) == []
    assert objections(50_000_123, 10_000_000, 6, mega=MB) != []  # rounded up
    assert objections(66_259_900, 64_000_000, 1, mega=MB) != []  # one chunk, not the file
    assert objections(158_008_374, 158_008_374, 1, mega=MB) != []  # one chunk over 64 MB
    assert objections(20_000_000, 4_000_000, 5, mega=MB) != []


EDGES = [
    1, 2, 5 * MB - 1, 5 * MB, 5 * MB + 1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 10 * MIB - 1, 10 * MIB,
    10 * MIB + 1, 64 * MB - 1, 64 * MB, 64 * MB + 1, 64 * MIB - 1, 64 * MIB, 64 * MIB + 1,
    128 * MB - 1, 128 * MB, 128 * MB + 1, 128 * MIB - 1, 128 * MIB, 128 * MIB + 1, GIB, 4 * GIB - 1,
    4 * GIB,
]  # fmt: skip
TARGETS = [5 * MIB, 5 * MIB + 1, 10 * MIB - 1, 10 * MIB, 10 * MIB + 1, 64 * MB - 1, 64 * MB]


def within(size: int) -> int:
    """The nearest size that a video can have."""
    return min(max(size, 1), 4 * GIB)


near_edges = st.tuples(st.sampled_from(EDGES), st.integers(-3, 3)).map(sum).map(within)
multiples = st.tuples(st.integers(5 * MIB, 64 * MB), st.integers(1, 900)).map(math.prod)
near_multiples = st.tuples(multiples, st.integers(-2, 2)).map(sum).map(within)
sizes = st.integers(1, 4 * GIB) | near_edges | near_multiples
safe_targets = st.integers(5 * MIB, 64 * MB) | st.sampled_from(TARGETS)
targets = safe_targets | st.integers(64 * MB, 64 * MIB)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("size", EDGES)
def test_tiktok_has_no_objection_at_any_edge_whatever_a_megabyte_is(size: int, target: int) -> None:
    plan = plan_chunks(size, target)
    for mega in (MB, MIB):
        assert objections(size, plan.chunk_bytes, plan.count, mega=mega) == []


@given(sizes, safe_targets)
def test_tiktok_has_no_objection_to_any_size_and_target_whatever_a_megabyte_is(
    size: int, target: int
) -> None:
    plan = plan_chunks(size, target)
    for mega in (MB, MIB):
        assert objections(size, plan.chunk_bytes, plan.count, mega=mega) == []


@given(sizes, targets)
def test_targets_between_the_two_megabytes_hold_by_the_larger_one(size: int, target: int) -> None:
    plan = plan_chunks(size, target)
    assert objections(size, plan.chunk_bytes, plan.count, mega=MIB) == []


@given(sizes, targets)
def test_both_wordings_of_the_floor_rule_hold_at_once(size: int, target: int) -> None:
    plan = plan_chunks(size, target)
    assert plan.count == size // plan.chunk_bytes
    assert plan.chunk_bytes == size // plan.count


@given(sizes, targets)
def test_chunks_are_as_few_as_the_target_allows_and_no_larger(size: int, target: int) -> None:
    plan = plan_chunks(size, target)
    assert plan.chunk_bytes <= max(target, 10 * MIB - 1)
    if plan.count > 1:
        assert size > (plan.count - 1) * target  # one fewer would not have been enough
    if target >= 10 * MIB:
        assert plan.chunk_bytes <= target


@given(sizes, targets)
def test_chunks_cover_the_file_once_and_in_order(size_bytes: int, max_chunk_bytes: int) -> None:
    at = 0
    chunks = list(plan_chunks(size_bytes, max_chunk_bytes))
    for index, chunk in enumerate(chunks):
        assert (chunk.index, chunk.first) == (index, at)
        assert chunk.is_last == (index == len(chunks) - 1)
        at = chunk.last_inclusive + 1
    assert at == size_bytes


@given(sizes, targets, st.data())
def test_the_rest_begins_where_the_upload_stands(
    size_bytes: int, target: int, data: st.DataObject
) -> None:
    plan = plan_chunks(size_bytes, target)
    offset = data.draw(st.integers(0, size_bytes))
    rest = list(plan.chunks_from(offset))
    assert sum(chunk.size_bytes for chunk in rest) == size_bytes - offset
    if rest:
        assert rest[0].first == offset
        assert rest[-1].is_last


@given(sizes.filter(lambda size: size > 1), targets, st.data())
def test_a_counter_and_a_last_index_give_the_same_place_to_go_on(
    size_bytes: int, target: int, data: st.DataObject
) -> None:
    plan = plan_chunks(size_bytes, target)
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


@pytest.mark.parametrize("max_chunk_bytes", [5 * MIB - 1, 64 * MIB + 1])
def test_a_limit_that_could_break_tiktoks_is_refused(max_chunk_bytes: int) -> None:
    with pytest.raises(ValueError, match="max_chunk_bytes"):
        plan_chunks(100_000_000, max_chunk_bytes)


def test_places_outside_the_plan_are_refused() -> None:
    plan = plan_chunks(100)
    with pytest.raises(IndexError):
        plan.chunk(1)
    with pytest.raises(ValueError, match="outside"):
        list(plan.chunks_from(101))


@pytest.mark.parametrize(
    ("bytes_per_s", "target_s", "chunk_bytes"),
    [
        (50_000, 30, 5 * MIB),  # a slow line: the least, which takes longer
        (1_000_000, 30, 30_000_000),
        (1_000_000, 10, 10_000_000),
        (100_000_000, 30, 64_000_000),  # a fast one: the most, which takes less
        (float("inf"), 30, 64_000_000),
    ],
)
def test_a_chunk_is_as_large_as_the_line_is_fast(
    bytes_per_s: float, target_s: float, chunk_bytes: int
) -> None:
    assert chunk_bytes_for(bytes_per_s, target_s=target_s) == chunk_bytes


@given(st.floats(min_value=0.001, allow_nan=False), st.floats(0.001, 1e6), sizes)
def test_every_line_has_a_plan(bytes_per_s: float, target_s: float, size: int) -> None:
    plan = plan_chunks(size, chunk_bytes_for(bytes_per_s, target_s=target_s))
    assert objections(size, plan.chunk_bytes, plan.count, mega=MIB) == []


@pytest.mark.parametrize(("speed", "target"), [(0, 30), (-1, 30), (1, 0), (float("nan"), 30)])
def test_a_line_without_speed_has_no_chunk_size(speed: float, target: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        chunk_bytes_for(speed, target_s=target)
