"""The list of pages against the pages themselves."""

import pkgutil

import pytest

from desktop_app.ui import pages
from desktop_app.ui.page import PageSpec
from desktop_app.ui.pages import PAGES, page_class, page_spec


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.id)
def test_that_each_place_holds_the_page_of_its_entry(spec: PageSpec) -> None:
    assert page_class(spec).SPEC is spec
    assert page_spec(spec.id) is spec


def test_that_every_module_of_a_page_is_listed_once() -> None:
    found = {module.name for module in pkgutil.iter_modules(pages.__path__)}
    listed = [spec.place.removeprefix(f"{pages.__name__}.") for spec in PAGES]
    assert sorted(place.partition(":")[0].partition(".")[0] for place in listed) == sorted(found)


def test_that_a_place_that_is_no_page_is_refused() -> None:
    with pytest.raises(TypeError):
        page_class(PageSpec("x", "X", "x", place="pathlib:Path"))
