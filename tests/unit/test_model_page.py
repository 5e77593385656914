"""docs/model.md names the guarantees of the model, and what each variant breaks."""

import re

from tests.model.spin import MODEL
from tests.model.variants import BROKEN
from tests.support.markdown import Page, code

GUARANTEES = Page.of("model.md").section("The guarantees")


def test_each_guarantee_of_the_model_has_a_row() -> None:
    checked = set(re.findall(r"broken: (\w+)", MODEL.read_text(encoding="utf-8")))
    rows = GUARANTEES.table("Guarantee", "Meaning")
    assert {code(row["Guarantee"])[0] for row in rows} == checked


def test_each_variant_has_a_row_with_the_guarantee_that_it_breaks() -> None:
    rows = GUARANTEES.table("Taken away", "Breaks")
    assert [(row["Taken away"], code(row["Breaks"])[0]) for row in rows] == [
        (variant.name, variant.breaks) for variant in BROKEN
    ]


def test_each_part_of_the_model_that_the_page_names_is_in_it() -> None:
    text = MODEL.read_text(encoding="utf-8")
    for row in Page.of("model.md").table("In the model", "In the code"):
        for name in code(row["In the model"]):
            assert re.search(rf"\b{name.partition('(')[0]}\b", text), name
