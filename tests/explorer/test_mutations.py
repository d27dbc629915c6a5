"""Each way to break the protocol or the worker is caught, by the promise it breaks."""

import pytest

from benchmarks.explorer.code import mutant
from benchmarks.explorer.mutation import Mutation
from benchmarks.explorer.mutations import MUTATIONS
from benchmarks.explorer.runs import hunt
from benchmarks.explorer.scenarios import SMALL
from benchmarks.explorer.trace import lines

QUICK = [m for m in MUTATIONS if m.where in SMALL]


@pytest.mark.parametrize("mutation", QUICK, ids=lambda m: m.name)
def test_a_mutation_is_caught_with_a_trace(mutation: Mutation):
    found = hunt(mutation).found
    assert found.broken
    told = list(lines(found))
    assert len(told) >= 5
    assert told[-1].endswith(found.broken)


@pytest.mark.parametrize("mutation", [m for m in MUTATIONS if m.old], ids=lambda m: m.name)
def test_a_mutation_still_fits_the_source(mutation: Mutation):
    assert mutant(mutation.old, mutation.new).decide


def test_a_snippet_that_is_not_there_once_is_an_error():
    with pytest.raises(ValueError, match="occurs 0 times"):
        mutant("no such code", "")
    with pytest.raises(ValueError, match="not once"):
        mutant("return", "")


def test_dropping_the_fence_makes_two_posts():
    (mutation,) = [m for m in MUTATIONS if m.name == "no-fence"]
    assert hunt(mutation).found.broken == "two posts"
