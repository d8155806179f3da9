"""Where in the window something is, as text: how another process asks the window to show it."""

import uuid
from typing import Final

REMINDERS: Final = "reminders"
"""The list of reminders, which is no page."""


def write_address(page: str, target: object = None) -> str:
    """The address of a page, and of a record or part of it."""
    return page if target is None else f"{page} {target}"


def read_address(text: str) -> tuple[str, uuid.UUID | str | None]:
    """Page, and key of the record or word of the part, if the address has one."""
    page, _space, target = text.partition(" ")
    if not target:
        return page, None
    try:
        return page, uuid.UUID(target)
    except ValueError:
        return page, target
