"""docs/architecture.md names what is there: tests, keys, scripts, contracts."""

import inspect
import re
from collections.abc import Iterator

import pytest

from cinema import keys
from deploy import ROOT
from tests.support.markdown import Page, Row, code

PAGE = Page.of("architecture.md")
SESSION, SEAT = "S001", "F07"
KEYS = PAGE.section("Redis data model").table(
    "Key", "Type", "Value", "Written by", "Read by", "Ends"
)
INVARIANTS = [
    (row["Invariant"], row["Test"])
    for title in ("The state of a seat", "What nobody learns", "Between the parts")
    for row in PAGE.section(title).table("Invariant", "Test")
]
SCRIPTS = {path.stem for path in (ROOT / "lua").glob("*.lua")}


@pytest.mark.parametrize(("invariant", "test"), INVARIANTS)
def test_each_invariant_has_a_test_that_is_there(invariant: str, test: str) -> None:
    if test in ("the same", "`import-linter` in `make check`"):
        return
    (path,) = re.findall(r"\]\(\.\./(tests/[\w/]+\.py)\)", test)
    text = (ROOT / path).read_text(encoding="utf-8")
    for name in code(test)[1:]:
        assert f"def {name}(" in text


def keys_in_the_code() -> Iterator[str]:
    """As the page writes them."""
    partition = keys.partition_keys(keys.partition_of(SESSION))
    session = keys.session_keys(SESSION)
    order_id = keys.new_order_id(SESSION)
    yield from vars(partition).values()
    yield from (one for name, one in vars(session).items() if name not in ("prefix", "partition"))
    yield from (session.lock(SEAT), keys.order_key(order_id).replace(order_id, "<order>"))
    for _, function in inspect.getmembers(keys, inspect.isfunction):
        if not inspect.signature(function).parameters:  # one for all sessions
            found = function()
            yield from (
                one for one in ([found] if isinstance(found, str) else found) if one[0] == "{"
            )


def test_the_table_has_every_key_and_no_other() -> None:
    own = f"{{p{keys.partition_of(SESSION):02d}}}"
    found = [
        key.replace(own, "{pNN}").replace(SESSION, "<session>").replace(SEAT, "<seat>")
        for key in keys_in_the_code()
    ]
    assert sorted(code(row["Key"])[0] for row in KEYS) == sorted(found)


def test_the_table_names_every_script_and_no_other() -> None:
    cells = ("Written by", "Read by", "Ends")
    named = {name for row in KEYS for cell in cells for name in code(row[cell])}
    assert named >= SCRIPTS
    assert {name for name in named if re.fullmatch("[a-z_]+", name)} <= SCRIPTS


def test_the_pictures_name_every_transition_and_no_other_script() -> None:
    states = [block for block in PAGE.blocks("mermaid") if block.startswith("stateDiagram")]
    named = {
        name
        for label in re.findall(r"^ .*-->.*: (.*)$", "".join(states), re.M)
        for name in label.split(", ")
    }
    assert named <= SCRIPTS
    assert {"hold", "extend", "release", "confirm", "expire", "cancel"} <= named


def test_words_in_the_glossary_are_in_order() -> None:
    words = [
        row["Word"] for row in PAGE.section("Glossary").table("Word", "In the code", "Meaning")
    ]
    assert words == sorted(words)


def test_what_the_glossary_quotes_is_in_the_code() -> None:
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for pattern in ("*.py", "*/*.py", "*/*/*.py", "lua/*.lua", "*.proto", ".env.example")
        for path in ROOT.glob(pattern)
        if path.parts[len(ROOT.parts)] not in ("tests", ".venv", "var")
    )
    rows: list[Row] = PAGE.section("Glossary").table("Word", "In the code", "Meaning")
    for row in rows:
        for name in code(row["In the code"]):
            assert re.sub(r"<.*", "", name) in sources or (ROOT / name).exists(), name
