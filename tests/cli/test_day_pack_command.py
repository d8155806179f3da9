"""`winback day-pack`: the event first, then the files; nothing is replaced unasked."""

from pathlib import Path

import pytest

from db import workspace
from desktop_app.domain import permissions
from desktop_app.domain.permissions import Action
from tests.cli.conftest import Run
from tests.day_packed import PHONE, fill


@pytest.fixture(autouse=True)
def day(folder: Path, quick_keys: None) -> None:
    opened = workspace.open_workspace(folder, "admin", "correct horse")
    with opened.database.write(opened.actor) as session:
        fill(session, opened.actor, opened.actor)
    opened.database.close()


def titles(run: Run) -> list[str]:
    return [row["title"] for row in run("history", "--json").document]


DAY = ("--date", "2026-09-15")


def test_that_both_files_are_written_after_the_event(run: Run, tmp_path: Path) -> None:
    pdf, xlsx = tmp_path / "a.pdf", tmp_path / "a.xlsx"
    done = run("day-pack", "--employee", "admin", *DAY, "--pdf", pdf, "--xlsx", xlsx, "--json")
    assert done.status == 0, done.err
    found = done.document
    assert [visit["number"] for visit in found["visits"]] == ["K1", "K2", "K5", "K4", "K3"]
    assert [call["number"] for call in found["calls"]] == ["K6", "K7"]
    assert found["districts"][0] == {"district": "静安区", "visits": 2}
    assert found["visits"][0]["time"] == "09:30"
    assert found["visits"][0]["phone"] == "138****5678"
    assert found["files"] == [str(pdf), str(xlsx)]
    assert pdf.read_bytes().startswith(b"%PDF")
    assert xlsx.read_bytes().startswith(b"PK")
    assert any("2026-09-15 as pdf, xlsx, 7 contacts" in title for title in titles(run))
    mark = found["visits"][0]["mark"]
    (row,) = run("list", "visits", "--filter", mark, "--json").document
    assert row["id"] == found["visits"][0]["visit"]


def test_that_files_that_are_there_stay_unless_allowed(run: Run, tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    pdf.write_text("mine")
    refused = run("day-pack", *DAY, "--pdf", pdf)
    assert refused.status != 0
    assert "--overwrite" in refused.sentence
    assert pdf.read_text() == "mine"
    assert not any("day pack" in title for title in titles(run))
    assert run("day-pack", *DAY, "--pdf", pdf, "--overwrite").status == 0
    assert pdf.read_bytes().startswith(b"%PDF")


def test_that_without_files_the_route_is_shown_with_masked_phones(run: Run) -> None:
    done = run("day-pack", *DAY)
    assert done.status == 0
    assert "上海华东印刷有限公司" in done.out
    assert "138****5678" in done.out
    assert PHONE not in done.out
    assert not any("day pack" in title for title in titles(run))


def test_that_whole_phones_are_told_to_the_journal(run: Run) -> None:
    done = run("day-pack", *DAY, "--whole-phones")
    assert PHONE in done.out
    assert any("with whole phones" in title for title in titles(run))


def test_that_nothing_is_written_without_the_right(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = {role: actions - {Action.EXPORT} for role, actions in permissions.MATRIX.items()}
    monkeypatch.setattr(permissions, "MATRIX", rights)
    xlsx = tmp_path / "a.xlsx"
    for more in (["--xlsx", xlsx], ["--whole-phones"]):
        refused = run("day-pack", *DAY, *more)
        assert refused.status != 0
        assert "does not allow" in refused.sentence
    assert not xlsx.exists()


def test_that_a_wrong_name_or_day_is_a_clear_sentence(run: Run) -> None:
    assert "There is no user nobody." in run("day-pack", "--employee", "nobody").sentence
    assert "is not a date" in run("day-pack", "--date", "2026-02-30").sentence
    empty = run("day-pack", "--date", "2026-09-16", "--json")
    assert (empty.document["visits"], empty.document["files"]) == ([], [])
