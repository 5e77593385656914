"""The READMEs and what they lead to keep their promises: both languages say the same, and all
that they name exists."""

import re

import pytest

from cinema.notification import Status
from deploy import ROOT

READMES = ("README.md", "README.pt-BR.md")
OPERATIONS = ("docs/operations.md", "docs/operations.pt-BR.md")

both_languages = pytest.mark.parametrize("pages", [READMES, OPERATIONS])
every_page = pytest.mark.parametrize("name", [*READMES, *OPERATIONS, "CONTRIBUTING.md"])


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _commands(name: str) -> list[str]:
    """The lines of every block of shell commands."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", _text(name), re.M | re.S)
    return [line.strip() for block in blocks for line in block.splitlines()]


def _make_targets() -> set[str]:
    phony = re.findall(r"^\.PHONY: (.*)$", _text("Makefile"), re.M)
    return set(" ".join(phony).split())


@both_languages
def test_both_languages_give_the_same_commands(pages: tuple[str, str]) -> None:
    english, portuguese = map(_commands, pages)
    assert english
    assert english == portuguese


def test_the_readme_says_how_to_run_and_test() -> None:
    assert {"make run", "make test", "docker compose up --build"} <= set(_commands("README.md"))


@every_page
def test_every_make_target_that_a_page_names_is_in_the_makefile(name: str) -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)\b(?=`|\n)", _text(name)))
    assert named
    assert named <= _make_targets()


@every_page
def test_every_script_that_a_page_runs_is_there(name: str) -> None:
    scripts = re.findall(r"(?:python|deploy\.command) ([\w/]+\.py)", _text(name))
    assert scripts
    for script in scripts:
        assert (ROOT / script).is_file(), script


@every_page
def test_every_local_link_of_a_page_leads_somewhere(name: str) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", _text(name))
    assert targets
    for target in targets:
        assert ((ROOT / name).parent / target).exists(), target


@both_languages
def test_both_languages_name_the_same_settings_and_the_code_knows_them(
    pages: tuple[str, str],
) -> None:
    english, portuguese = (
        set(re.findall(r"`([A-Z]+_[A-Z_]+)`", _text(name))) - set(Status) for name in pages
    )
    assert english == portuguese
    assert english <= set(re.findall(r"[A-Z]+_[A-Z_]+", _text(".env.example")))


@pytest.mark.parametrize("name", READMES)
def test_the_files_of_the_top_level_are_all_in_the_map(name: str) -> None:
    services = {path.name for path in ROOT.glob("*.py") if not path.name.startswith("cinema_pb2")}
    assert services <= set(re.findall(r"\(([\w/.]+)\)", _text(name)))


def test_a_readme_reads_in_ten_minutes() -> None:
    for name in READMES:
        assert len(_text(name).split()) < 2_400  # at 240 words a minute
