"""The READMEs keep their promises: the same commands in both, and all of them exist."""

import re

import pytest

from deploy import ROOT

READMES = ("README.md", "README.pt-BR.md")


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _commands(name: str) -> list[str]:
    """The lines of every block of shell commands."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", _text(name), re.M | re.S)
    return [line.strip() for block in blocks for line in block.splitlines()]


def _make_targets() -> set[str]:
    phony = re.findall(r"^\.PHONY: (.*)$", _text("Makefile"), re.M)
    return set(" ".join(phony).split())


def test_both_readmes_give_the_same_commands() -> None:
    english, portuguese = map(_commands, READMES)
    assert english == portuguese
    assert {"make run", "make test", "docker compose up --build"} <= set(english)


@pytest.mark.parametrize("name", READMES)
def test_every_make_target_that_a_readme_names_is_in_the_makefile(name: str) -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)\b(?=`|\n)", _text(name)))
    assert named
    assert named <= _make_targets()


@pytest.mark.parametrize("name", READMES)
def test_every_script_that_a_readme_runs_is_there(name: str) -> None:
    scripts = re.findall(r"python ([\w/]+\.py)", _text(name))
    assert scripts
    for script in scripts:
        assert (ROOT / script).is_file(), script


@pytest.mark.parametrize("name", READMES)
def test_every_local_link_of_a_readme_leads_somewhere(name: str) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", _text(name))
    assert targets
    for target in targets:
        assert (ROOT / target).exists(), target


def test_both_readmes_name_the_same_settings_and_the_code_knows_them() -> None:
    english, portuguese = (set(re.findall(r"`([A-Z]+_[A-Z_]+)`", _text(name))) for name in READMES)
    assert english == portuguese
    assert english <= set(re.findall(r"[A-Z]+_[A-Z_]+", _text(".env.example")))


@pytest.mark.parametrize("name", READMES)
def test_the_files_of_the_top_level_are_all_in_the_map(name: str) -> None:
    services = {path.name for path in ROOT.glob("*.py") if not path.name.startswith("cinema_pb2")}
    assert services <= set(re.findall(r"\(([\w/.]+)\)", _text(name)))
