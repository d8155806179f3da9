"""`winback remind`, `winback renewals`, `winback import visits`."""

from pathlib import Path

import pytest

from desktop_app.session_bus import Note
from tests.cli.conftest import Run

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
    assert len(ahead) == 3  # 30, 15 and 7 days before
    assert run("import", "renewals", renewals, "--json").document["same"] == 1


def test_that_visits_are_imported(run: Run, renewals: Path, tmp_path: Path) -> None:
    file = tmp_path / "走访.csv"
    file.write_text(VISITS, "utf-8")
    assert run("import", "visits", file, "--json").document["new"] == 1
    wrong = run("import", "parcels", file)
    assert wrong.sentence.endswith("customers, orders, visits or renewals.")


def test_that_a_desktop_is_shown_what_is_due(
    run: Run, renewals: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Note] = []

    class Bus:
        def show(self, note: Note) -> None:
            shown.append(note)

        def close(self) -> None:
            shown.append(Note("closed"))

    run("renewals", renewals)
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setattr("desktop_app.session_bus.open_bus", Bus)
    assert run("remind", "--now", "--json").document["notifications"] == 1
    assert [note.title for note in shown] == ["Renewal: 王思远", "closed"]
    assert shown[0].text.endswith("\n会员年卡")
    shown.clear()
    many = renewals.with_name("many.csv")
    rows = [f"K1,产品{number},2026-09-30,,admin" for number in range(4)]
    many.write_text("\n".join(["客户编号,产品,到期日,费用,负责人", *rows]) + "\n", "utf-8")
    run("renewals", many)
    assert run("remind", "--now", "--json").document["notifications"] == 1
    assert shown[0].title == "5 reminders"
    assert shown[0].text.count("\n") == 2
    monkeypatch.setattr("desktop_app.session_bus.open_bus", lambda: None)
    assert run("remind", "--now", "--json").document["notifications"] == 0
