"""A language that marks all that it says: what a page shows without a mark does not come from
the languages."""

import re

from playwright.sync_api import Page, Route

from deploy import ROOT

_MARKED = """
const mark = (text) => `\u27e6${text}\u27e7`;
const marked = (entry) => typeof entry === "string" ? mark(entry)
  : Object.fromEntries(Object.entries(entry).map(([form, text]) => [form, mark(text)]));
export const texts = Object.fromEntries(
  Object.entries(spoken).map(([key, entry]) => [key, marked(entry)]));
"""
_INNERMOST = re.compile(r"\u27e6[^\u27e6\u27e7]*\u27e7")

# Everything that is seen or read out, but for the languages' own names in the switch.
_SHOWN = """() => {
  const SPOKEN = ["aria-label", "title", "alt", "placeholder"];
  const SILENT = "script, template, noscript, [data-part=languages] *";
  const said = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    const seen = parentElement.checkVisibility({ visibilityProperty: true });
    if (seen && !parentElement.closest(SILENT)) said.push(data);
  }
  for (const node of document.body.querySelectorAll(SPOKEN.map((name) => `[${name}]`).join())) {
    if (!node.closest(SILENT)) said.push(...SPOKEN.map((name) => node.getAttribute(name) ?? ""));
  }
  return [...new Set(said)];
}"""

_INTL = (
    r"R\$|\d+h(\d\d)?\b|\d+ (h|min|s)\b|(seg|ter|qua|qui|sex|sáb|dom) \d\d/\d\d|hoje|amanhã|\be\b"
)
_BUYER = r"Ana Souza|ana@exemplo\.com\.br|\*{3}\.\d{3}\.\d{3}-\*\*"
_SEATS_AND_CODES = r"\b[A-Z]{1,2}(\d\d)?\b|\b[A-Z0-9]{8}\b"
_AUDIO = ("nacional", "NAC", "DUB", "LEG", "nacional, com audiodescrição", "NAC AD")
# As it is written there, and as templates/pt-BR.toml says it.
_PROGRAMME = sorted(
    [*re.findall(r'"(.*)"', (ROOT / "programacao.toml").read_text()), *_AUDIO], key=len
)
# Whole words: a film's "14" is not the beginning of a code.
_NOT_OURS = re.compile(
    rf"{_INTL}|{_BUYER}|(?<!\w)({'|'.join(map(re.escape, _PROGRAMME[::-1]))})(?!\w)"
    rf"|{_SEATS_AND_CODES}"
)


def speak_marked(page: Page) -> None:
    """Portuguese is marked in this tab from now on."""

    def serve(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[-1]
        source = (ROOT / "static" / name).read_text().replace("export const texts", "const spoken")
        route.fulfill(body=source + _MARKED, content_type="text/javascript")

    page.route(re.compile(r"/pt(-\w+)?\.js$"), serve)


def unmarked(page: Page) -> list[str]:
    """What the page says that comes neither from the languages nor from the programme, the buyer
    or Intl."""
    return [said for said in page.evaluate(_SHOWN) if re.search(r"[^\W\d_]", _rest(said))]


def _rest(said: str) -> str:
    """Without what is marked: texts contain each other, so from the innermost out."""
    inner, count = _INNERMOST.subn("", said)
    return _rest(inner) if count else _NOT_OURS.sub("", inner)
