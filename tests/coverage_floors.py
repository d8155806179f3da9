"""Compare what the tests reached with the floors in ``pyproject.toml``; run after pytest."""

import sys
import tomllib
from pathlib import Path

from coverage import Coverage
from coverage.results import Numbers

ROOT = Path(__file__).resolve().parent.parent


def read_floors(pyproject: str) -> dict[str, float]:
    """Folder to the lowest accepted per cent, from the text of ``pyproject.toml``."""
    return dict(tomllib.loads(pyproject)["tool"]["winback"]["coverage"])


def reached(coverage: Coverage, folders: list[str]) -> dict[str, float]:
    """Folder to per cent of its lines and branches; a file counts for its longest folder."""
    sums = {folder: Numbers() for folder in folders}
    for file in coverage.get_data().measured_files():
        if not Path(file).is_relative_to(ROOT):
            continue
        name = Path(file).relative_to(ROOT).as_posix()
        homes = [folder for folder in folders if name.startswith(f"{folder}/")]
        if homes:
            home = max(homes, key=len)
            sums[home] += coverage._analyze(file).numbers
    return {folder: numbers.pc_covered for folder, numbers in sums.items()}


def shortfalls(floors: dict[str, float], actual: dict[str, float]) -> list[str]:
    """One sentence for each folder below its floor."""
    return [
        f"{folder}: {actual[folder]:.1f} % covered, at least {floor} % wanted"
        for folder, floor in floors.items()
        if actual[folder] < floor
    ]


def main() -> int:
    """Print what was reached; 1 when a floor is missed."""
    floors = read_floors((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    coverage = Coverage(config_file=str(ROOT / "pyproject.toml"))
    coverage.load()
    actual = reached(coverage, list(floors))
    print("Coverage: " + ", ".join(f"{name} {share:.1f}" for name, share in actual.items()))
    found = shortfalls(floors, actual)
    print("\n".join(found) if found else "All coverage floors are kept.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
