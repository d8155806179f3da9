import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from db.vocabulary import CustomerClass
from desktop_app.domain.day_route import NOON, Stop, route


def keys(*stops: Stop) -> list[object]:
    return [stop.key for leg in route(stops) for stop in leg.stops]


def districts(*stops: Stop) -> list[str]:
    return [leg.district for leg in route(stops)]


def at(hour: int) -> dt.time:
    return dt.time(hour)


def test_that_a_district_is_visited_in_one_go() -> None:
    stops = (
        Stop(1, "静安", at(9)),
        Stop(2, "徐汇", address="b"),
        Stop(3, "静安", address="a"),
        Stop(4, "徐汇", address="a"),
        Stop(5, "静安", at(16)),
    )
    assert keys(*stops) == [1, 3, 5, 4, 2]
    assert districts(*stops) == ["静安", "徐汇"]


def test_that_agreed_times_are_kept_though_a_district_comes_up_twice() -> None:
    stops = (Stop(1, "a", at(9)), Stop(2, "b", at(10)), Stop(3, "a", at(11)), Stop(4, "a"))
    assert keys(*stops) == [1, 4, 2, 3]
    assert districts(*stops) == ["a", "b", "a"]


def test_that_districts_without_a_time_lie_between_morning_and_afternoon() -> None:
    stops = (
        Stop(1, "late", at(14)),
        Stop(2, "small"),
        Stop(3, ""),
        Stop(4, "big", address="1"),
        Stop(5, "big", address="2"),
        Stop(6, "early", at(9)),
    )
    assert keys(*stops) == [6, 4, 5, 2, 3, 1]


def test_that_one_street_begins_with_the_best_customers_and_no_address_comes_last() -> None:
    stops = (
        Stop(1, "a"),
        Stop(2, "a", klass=CustomerClass.C, address="x"),
        Stop(3, "a", klass=CustomerClass.A, address="x"),
        Stop(4, "a", klass=CustomerClass.B, address="w"),
    )
    assert keys(*stops) == [4, 3, 2, 1]


def test_that_nothing_has_no_route() -> None:
    assert route(()) == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "a", "b", "c"]),
            st.none() | st.sampled_from([at(8), at(11), NOON, at(15)]),
            st.sampled_from(["", "x", "y"]),
        ),
        max_size=12,
    )
)
def test_that_every_stop_comes_once_and_times_are_in_order(
    drawn: list[tuple[str, dt.time | None, str]],
) -> None:
    stops = [Stop(n, place, when, None, where, f"{n}") for n, (place, when, where) in
             enumerate(drawn)]  # fmt: skip
    found = list(route(stops))
    flat = [stop for leg in found for stop in leg.stops]
    assert len(flat) == len(stops)
    assert {stop.key for stop in flat} == set(range(len(stops)))
    times = [stop.starts_at for stop in flat if stop.starts_at is not None]
    assert times == sorted(times)
    assert all(stop.district == leg.district for leg in found for stop in leg.stops)
    untimed = [leg.district for leg in found if any(s.starts_at is None for s in leg.stops)]
    assert len(untimed) == len(set(untimed)), "those without a time of a district stay together"
