"""Every kind of record is in the module that is said, and no other module is loaded for it."""

import json
import subprocess
import sys
from importlib import import_module

import pytest

from desktop_app.cli.entities import PLACES, Entity, entity
from tests.programs import environment

_LOADED = """
import json, sys
from desktop_app.cli.entities import entity
entity(sys.argv[1])
print(json.dumps([name for name in sys.modules if name.endswith("_lists")]))
"""


@pytest.mark.parametrize("module", sorted(set(PLACES.values())))
def test_that_a_module_has_the_kinds_it_is_said_to_have(module: str) -> None:
    said = {name for name, place in PLACES.items() if place == module}
    found = import_module(f"desktop_app.cli.{module}").ENTITIES
    assert set(found) == said
    assert all(isinstance(one, Entity) for one in found.values())


def test_that_a_kind_is_known_in_the_singular() -> None:
    assert entity("recovery") is entity("recoveries")
    assert entity("case") is entity("cases")


@pytest.mark.parametrize("module", sorted(set(PLACES.values())))
def test_that_a_list_loads_no_other_lists(module: str) -> None:
    name = next(name for name, place in PLACES.items() if place == module)
    words = [sys.executable, "-P", "-c", _LOADED, name]
    done = subprocess.run(words, env=environment(), capture_output=True, check=True, text=True)
    assert json.loads(done.stdout) == [f"desktop_app.cli.{module}"]
