"""`winback remind`, `winback renewals`, `winback import visits`."""

import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.domain.addresses import read_address
from desktop_app.session_bus import Answer, Note
from tests.cli.conftest import Run, no_windows

pytestmark = pytest.mark.usefixtures("fixed_time")
RENEWALS = (
    "客户编号,产品,到期日,费用,负责人\nK1,会员年卡,2026-09-30,1200,admin\nK9,保险,2026-09-30,,\n"
)
VISITS = "客户编号,走访日期,走访人,备注\nK1,2026-09-01,admin,谈了货架\n"


@pytest.fixture(autouse=True)
def no_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is shown to who runs the tests."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def renewals(run: Run, folder: Path, tmp_path: Path) -> Path:
    """A customer of whom something expires in 15 days."""
    file = tmp_path / "客户.csv"
    file.write_text("客户编号,客户名称\nK1,王思远\n", "utf-8")
    assert run("import", "customers", file).status == 0
    file = tmp_path / "续费.csv"
    file.write_text(RENEWALS, "utf-8")
    return file


def test_that_renewals_are_imported_and_reminded_of(run: Run, renewals: Path) -> None:
    tried = run("renewals", renewals, "--dry-run", "--json").document
    assert (tried["new"], tried["rejected"], tried["change_set"]) == (1, 1, None)
    done = run("renewals", renewals, "--json").document
    assert (done["new"], done["reasons"][0]["reason"]) == (1, "There is no customer K9.")
    found = run("remind", "--now", "--json").document
    assert found["inbox"] == []
    assert found["notifications"] == 0  # there is no desktop
    (line,) = found["due"]
    assert list(line) == [
        "kind",
        "stage",
        "at",
        "key",
        "customer",
        "case",
        "title",
        "when",
        "words",
        "person",
    ]
    assert (line["kind"], line["stage"], line["customer"], line["words"]) == (
        "renewal",
        "ahead",
        "K1",
        "会员年卡",
    )
    assert line["title"] == "Renewal: 王思远"
    shown = run("remind", "--now")
    assert shown.out.splitlines()[0].split() == ["Since", "What", "When", "About", "Who"]
    assert "in 15 days" in shown.out
    assert shown.sentence == "1 reminder"
    ahead = run("remind", "--json").document["due"]
    days = [line["at"][:10] for line in ahead]
    assert days == ["2026-09-15", "2026-09-23"]  # 15 and 7 days before; that of 30 is overtaken
    assert run("import", "renewals", renewals, "--json").document["same"] == 1


def test_that_visits_are_imported(run: Run, renewals: Path, tmp_path: Path) -> None:
    file = tmp_path / "走访.csv"
    file.write_text(VISITS, "utf-8")
    assert run("import", "visits", file, "--json").document["new"] == 1
    wrong = run("import", "parcels", file)
    assert wrong.sentence.endswith("customers, orders, visits or renewals.")


class Bus:
    """A desktop whose person has decided: `choices` are made one after the other."""

    def __init__(self, *choices: Answer, takes_actions: bool = True) -> None:
        self.takes_actions = takes_actions
        self.shown: list[Note] = []
        self.withdrawn: list[int] = []
        self.is_closed = False
        self._choices = list(choices)
        self._ours, self._theirs = socket.socketpair()
        self._theirs.send(b"x")
        self.handle = self._ours.fileno()

    def show(self, note: Note) -> int:
        self.shown.append(note)
        return len(self.shown)

    def pump(self) -> Iterator[Answer]:
        if not self._choices:
            raise ConnectionResetError
        yield self._choices.pop(0)

    def withdraw(self, note: int) -> None:
        self.withdrawn.append(note)

    def close(self) -> None:
        self.is_closed = True
        self._ours.close()
        self._theirs.close()


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> Callable[[Bus], Bus]:
    """Puts a desktop around the command."""

    def put(bus: Bus) -> Bus:
        monkeypatch.setenv("DISPLAY", ":7")
        monkeypatch.setattr("desktop_app.session_bus.open_bus", lambda: bus)
        return bus

    return put


def test_that_a_notification_is_put_off_by_its_button(
    run: Run, renewals: Path, desktop: Callable[[Bus], Bus]
) -> None:
    run("renewals", renewals)
    bus = desktop(Bus(Answer(7, "open"), Answer(1, "snooze-60")))
    done = run("remind", "--now")
    assert done.status == 0
    assert [word for word, _text in bus.shown[0].choices] == [
        "default", "open", "snooze-5", "snooze-15", "snooze-60",
    ]  # fmt: skip
    assert done.err.splitlines() == ["1 reminder", "Renewal: 王思远: Again in 60 minutes"]
    assert (bus.withdrawn, bus.is_closed) == ([1], True)
    assert run("remind", "--now", "--json").document["due"] == []


def test_that_a_notification_opens_its_customer_in_the_window(
    run: Run, renewals: Path, folder: Path, desktop: Callable[[Bus], Bus]
) -> None:
    run("renewals", renewals)
    went: list[tuple[Path, str]] = []

    def show_place(workspace: Path, address: str) -> int:
        went.append((workspace, address))
        return 3

    windows = replace(no_windows(), show_place=show_place)
    bus = desktop(Bus(Answer(1, "default")))
    assert run("remind", "--now", windows=windows).status == 3  # as the window ended
    ((where, address),) = went
    page, key = read_address(address)
    assert (where, page, isinstance(key, uuid.UUID)) == (folder, "customer-card", True)
    assert bus.is_closed
    assert run("remind", "--now", "--json").document["due"] == []  # seen


def test_that_one_notification_for_many_opens_the_list(
    run: Run, renewals: Path, desktop: Callable[[Bus], Bus]
) -> None:
    add_many(run, renewals)
    went: list[str] = []

    def show_place(_folder: Path, address: str) -> int:
        went.append(address)
        return 0

    windows = replace(no_windows(), show_place=show_place)
    bus = desktop(Bus(Answer(1, "open")))
    run("remind", "--now", windows=windows)
    assert (went, bus.shown[0].title) == (["reminders"], "4 reminders")
    assert bus.shown[0].text.splitlines()[3] == "and 1 more"
    assert len(run("remind", "--json").document["due"]) == 8


def test_that_waiting_ends_by_itself_and_on_request(
    run: Run,
    renewals: Path,
    desktop: Callable[[Bus], Bus],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run("renewals", renewals)
    gone = desktop(Bus(Answer(1)))  # closed by the person
    assert run("remind", "--now").status == 0
    assert (gone.withdrawn, gone.is_closed) == ([], True)
    vanished = desktop(Bus())
    assert run("remind", "--now").status == 0
    assert vanished.is_closed
    stopped = desktop(Bus(Answer(9)))
    monkeypatch.setattr(stopped, "pump", stop)
    done = run("remind", "--now")
    assert (done.status, stopped.withdrawn, stopped.is_closed) == (0, [1], True)
    assert "Stopped waiting" in done.err
    for bus, words in (
        (desktop(Bus(takes_actions=False)), ("remind", "--now")),
        (desktop(Bus()), ("remind", "--now", "--no-wait")),
    ):
        desktop(bus)
        assert run(*words, "--json").document["notifications"] == 1
        assert (len(bus.shown), bus.withdrawn, bus.is_closed) == (1, [], True)
    assert bus.shown[0].choices == []


def stop() -> Iterator[Answer]:
    raise KeyboardInterrupt


def test_that_a_desktop_is_shown_what_is_due(
    run: Run, renewals: Path, desktop: Callable[[Bus], Bus], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("renewals", renewals)
    bus = desktop(Bus())
    assert run("remind", "--now", "--json").document["notifications"] == 1
    assert [note.title for note in bus.shown] == ["Renewal: 王思远"]
    assert bus.shown[0].text.endswith("\n会员年卡")
    add_many(run, renewals)
    bus = desktop(Bus())
    assert run("remind", "--now", "--json").document["notifications"] == 1
    assert bus.shown[0].title == "5 reminders"
    monkeypatch.setattr("desktop_app.session_bus.open_bus", lambda: None)
    assert run("remind", "--now", "--json").document["notifications"] == 0


def add_many(run: Run, renewals: Path) -> None:
    """Four things more that expire."""
    many = renewals.with_name("many.csv")
    rows = [f"K1,产品{number},2026-09-30,,admin" for number in range(4)]
    many.write_text("\n".join(["客户编号,产品,到期日,费用,负责人", *rows]) + "\n", "utf-8")
    assert run("renewals", many).status == 0
