"""How long each question was the current one while the window was in front."""

from datetime import datetime

from desktop_app import clock


class TimeOnQuestions:
    """Counts the seconds of one question at a time."""

    def __init__(self) -> None:
        self._spent: dict[str, float] = {}
        self._at = ""
        self._since: datetime | None = None

    def go(self, address: str, *, is_active: bool) -> None:
        """Another question is current, or none."""
        self._stop()
        self._at = address
        if is_active and address:
            self._since = clock.now()

    def set_active(self, is_active: bool) -> None:  # noqa: FBT001  (a property setter)
        """The window came to the front, or went behind another one."""
        if not is_active:
            self._stop()
        elif self._since is None and self._at:
            self._since = clock.now()

    def take(self, address: str) -> int:
        """Whole seconds spent on a question since they were last taken; the rest stays."""
        if address == self._at and self._since is not None:
            self._stop()
            self._since = clock.now()
        spent = self._spent.get(address, 0.0)
        whole = int(spent)
        self._spent[address] = spent - whole
        return whole

    def _stop(self) -> None:
        if self._since is not None:
            seconds = (clock.now() - self._since).total_seconds()
            self._spent[self._at] = self._spent.get(self._at, 0.0) + max(seconds, 0.0)
            self._since = None
