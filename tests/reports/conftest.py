import importlib.util
import sys
from pathlib import Path


def _load(name: str) -> None:
    """Make a module of this folder known as `report_<name>`; test folders are no packages."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"report_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[f"report_{name}"] = module
    spec.loader.exec_module(module)


_load("documents")
_load("world")
_load("forms")
