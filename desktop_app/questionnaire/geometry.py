"""Points, lines and areas on the Earth, as ODK computes them."""

import math
from itertools import pairwise
from typing import Final

EARTH_RADIUS: Final = 6_378_100.0
"""Metres; the radius ODK's own software uses."""

Point = tuple[float, float]


def points_of(text: str) -> list[Point] | None:
    """``lat lon alt acc; lat lon ...`` as points, None when one is none."""
    found: list[Point] = []
    for part in text.strip().strip(";").split(";"):
        numbers = part.split()
        if len(numbers) < 2:  # noqa: PLR2004  (latitude and longitude)
            return None
        try:
            latitude, longitude = float(numbers[0]), float(numbers[1])
        except ValueError:
            return None
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004  (degrees)
            return None
        found.append((latitude, longitude))
    return found


def distance(points: list[Point]) -> float:
    """Metres along the points."""
    return sum(_between(a, b) for a, b in pairwise(points))


def _between(a: Point, b: Point) -> float:
    turn = math.radians(b[1] - a[1])
    first, second = math.radians(a[0]), math.radians(b[0])
    cosine = math.sin(first) * math.sin(second) + math.cos(first) * math.cos(second) * math.cos(
        turn
    )
    return math.acos(max(-1.0, min(1.0, cosine))) * EARTH_RADIUS if a != b else 0.0


def area(points: list[Point]) -> float:
    """Square metres inside the points; fewer than three enclose nothing."""
    ring = points if points[:1] == points[-1:] else [*points, *points[:1]]
    if len(ring) < 4:  # noqa: PLR2004  (three corners and the first again)
        return 0.0
    total = 0.0
    for (lat1, lon1), (lat2, lon2) in pairwise(ring):
        total += math.radians(lon2 - lon1) * (
            2 + math.sin(math.radians(lat1)) + math.sin(math.radians(lat2))
        )
    return abs(total * EARTH_RADIUS * EARTH_RADIUS / 2)


def encloses(point: Point, ring: list[Point]) -> bool:
    """Whether a point lies inside a closed line."""
    y, x = point
    inside = False
    for (y1, x1), (y2, x2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
