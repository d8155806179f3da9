"""The simulated task force by command line."""

import dataclasses
import datetime as dt

import pytest

from desktop_app.demo import simulation
from desktop_app.demo.simulation import Break, Simulated
from tests.cli.conftest import Run

NAMES = {
    "agents", "days", "seed", "difference", "customers", "cases", "attempts", "reached", "offers",
    "approvals", "saves", "confirmed_saves", "lost", "told", "broken_rules", "breaks", "experiment",
}  # fmt: skip


def test_that_the_command_tells_what_came_of_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("simulate", "--agents", 1, "--days", 1, "--seed", 5)
    ran = run(*asked, "--json")
    assert ran.status == 0, ran.err
    found = ran.document
    assert set(found) == NAMES
    assert (found["agents"], found["days"], found["seed"], found["difference"]) == (1, 1, 5, 0.1)
    assert (found["broken_rules"], found["breaks"]) == (0, [])
    assert [arm["code"] for arm in found["experiment"]["arms"]] == ["old", "new"]
    assert found["customers"] > found["cases"] > 0

    done: list[Simulated] = []

    def badly(*numbers: int, **more: object) -> Simulated:
        assert numbers == (1, 1, 5)
        assert more["difference"] == 0
        broken = (Break("quiet_hours", dt.date(2026, 9, 1), "2026-0001", "22:10"),)
        done.append(dataclasses.replace(simulated, breaks=broken))
        return done[0]

    simulated = simulation.simulate(1, 1, 5)
    monkeypatch.setattr(simulation, "simulate", badly)
    ran = run(*asked, "--difference", 0, "--json")
    assert (ran.status, ran.sentence) == (1, "1 rule was broken.")
    assert ran.document["breaks"] == [
        {"rule": "quiet_hours", "day": "2026-09-01", "case": "2026-0001", "how": "22:10"}
    ]
    assert "quiet_hours" in run(*asked, "--difference", 0).out


def test_that_impossible_numbers_are_refused(run: Run) -> None:
    assert run("simulate", "--agents", 0).status == 2
    assert run("simulate", "--days", 0).status == 2
    assert run("simulate", "--difference", 70).status == 2
