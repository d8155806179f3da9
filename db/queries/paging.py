"""What every list query takes: the order of its rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sort:
    """The order of a list: by which column, and whether the largest comes first."""

    column_id: str
    descending: bool = False
