"""Keys that are the same each time, for work that is played back."""

import threading

from db.base import new_id
from db.moment import repeating_keys


def test_that_the_same_seed_gives_the_same_ascending_keys() -> None:
    with repeating_keys("a"):
        first = [new_id() for _n in range(50)]
    with repeating_keys("a"):
        again = [new_id() for _n in range(50)]
    with repeating_keys("b"):
        other = [new_id() for _n in range(50)]
    assert first == again
    assert first == sorted(set(first))
    assert not set(first) & set(other)
    assert {(key.version, key.variant) for key in first} == {(7, "specified in RFC 4122")}


def test_that_keys_are_fresh_outside_and_in_other_threads() -> None:
    found = []
    with repeating_keys("a"):
        expected = new_id()
        thread = threading.Thread(target=lambda: found.append(new_id()))
        thread.start()
        thread.join()
    assert found != [expected]
    with repeating_keys("a"):
        assert new_id() == expected
    assert new_id() > expected
    assert new_id() != new_id()
