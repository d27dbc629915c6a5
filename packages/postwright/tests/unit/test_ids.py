"""Ids and keys."""

import time

from postwright.kit.ids import new_id, new_key


def test_an_id_has_twelve_characters_that_nobody_confuses_and_each_place_has_all_of_them():
    ids = [new_id("post").removeprefix("post_") for _ in range(2000)]
    assert len(set(ids)) == len(ids)
    assert {len(each) for each in ids} == {12}
    for place in zip(*ids, strict=True):
        assert sorted(set(place)) == sorted("0123456789abcdefghjkmnpqrstvwxyz")


def test_keys_sort_by_the_time_they_were_made():
    first = new_key()
    began_ns = time.time_ns()
    while time.time_ns() - began_ns < 2_000_000:
        pass
    assert first < new_key()


def test_keys_of_one_moment_differ_and_say_how_they_were_made():
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert {(key.version, key.variant) for key in keys} == {(7, "specified in RFC 4122")}
