"""Every odd file of the real data folder through the import: no row is lost, none is made up."""

import resource
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.models import Customer
from db.session import Actor, Database
from db.vocabulary import ImportKind
from desktop_app.errors import FileProblemError, InvalidInputError
from desktop_app.importing.load import ImportResult, import_file
from desktop_app.importing.mapping import Mapping
from desktop_app.importing.readers import ReadOptions
from desktop_app.progress import Silent

PORTIONS = 8
MEMORY = 1_000_000_000
BY_FIRST_COLUMN = Mapping(
    kind=ImportKind.CUSTOMERS, columns={"number": "[A]"}, read=ReadOptions(header_row=0)
)
"""Every row is one customer called by what stands in the first column, the headings too."""

pytestmark = [pytest.mark.realdata, pytest.mark.timeout(600)]


def files(shared_data: Path) -> list[Path]:
    found = [*shared_data.glob("messy_csv/**/*"), *shared_data.glob("messy_excel/**/*")]
    return sorted(path for path in found if path.is_file())


def take(database: Database, actor: Actor, path: Path) -> ImportResult | str:
    """What the import says: counts, or the sentence of its refusal."""
    try:
        with database.write(actor) as session:
            return import_file(session, Silent(), path, BY_FIRST_COLUMN)
    except (FileProblemError, InvalidInputError) as error:
        return str(error)


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_that_rows_in_are_rows_imported_and_rejected(
    database: Database, admin: Actor, shared_data: Path, portion: int
) -> None:
    everything = files(shared_data)
    assert len(everything) > 270
    made = 0
    for path in everything[portion::PORTIONS]:
        result = take(database, admin, path)
        if isinstance(result, str):
            assert result.strip(), path
            assert "\n" not in result
            continue
        sorted_rows = result.new + result.changed + result.same + result.rejected
        assert result.rows == sorted_rows, path
        assert len(result.rejects) == result.rejected
        assert all(each.reason and each.row > 0 for each in result.rejects), path
        assert (result.change_set is not None) == (result.new + result.changed > 0), path
        made += result.new
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == made
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < MEMORY
