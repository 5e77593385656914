"""An ordinary Firefox, driven by the W3C's WebDriver BiDi, which it has built in.

Playwright needs its own build of Firefox: it sends commands that Debian's does not know yet.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.support.ports import free_port
from tests.support.processes import LocalProcess
from tests.support.waiting import PATIENCE, wait_until

# No calls home, no questions at the first start.
PREFERENCES = {
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "intl.accept_languages": "pt-BR",
}
WINDOW = {"width": 1280, "height": 800}
_LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
# Where a person would press: the middle of the element, once it is visible and enabled.
_MIDDLE = """(selector) => {
  const found = document.querySelector(selector);
  if (!found?.checkVisibility() || found.disabled) return null;
  found.scrollIntoView({ block: "center" });
  const { x, y, width, height } = found.getBoundingClientRect();
  const middle = { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
  return found.contains(document.elementFromPoint(middle.x, middle.y)) ? middle : null;
}"""
_TEXT = (
    "(selector) => document.querySelector(selector)?.textContent.replace(/\\s+/g, ' "
    "').trim() ?? null"
)


class BiDiError(Exception):
    """A command that Firefox could not carry out."""


class Firefox(LocalProcess):
    """A Firefox without a window, with a profile of its own in `folder`."""

    def __init__(self, path: str, folder: Path) -> None:
        profile = folder / "profile"
        profile.mkdir()
        lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items())
        (profile / "user.js").write_text("".join(lines))
        port = f"--remote-debugging-port={free_port()}"
        super().__init__(
            "firefox",
            [path, "--headless", "--no-remote", "--profile", str(profile), port],
            log=folder / "firefox.log",
            ready=lambda: bool(_LISTENS.search(self.log)),
        )

    @contextmanager
    def tab(self) -> Iterator["Tab"]:
        found = _LISTENS.search(self.log)
        assert found
        with connect(f"{found[1]}/session", max_size=None, proxy=None) as line:
            yield Tab(line)


class Tab:
    """Its one tab. `problems` is what no page should ever have: errors of its own."""

    def __init__(self, line: ClientConnection) -> None:
        self.problems: list[str] = []
        self._line = line
        self._ids = count(1)
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self._context = self._ask("browsingContext.getTree")["contexts"][0]["context"]
        self._in_tab("browsingContext.setViewport", viewport=WINDOW)

    def go_to(self, url: str) -> None:
        self._in_tab("browsingContext.navigate", url=url, wait="complete")

    def go_back(self) -> None:
        self._in_tab("browsingContext.traverseHistory", delta=-1)

    def run(self, function: str, *arguments: str) -> Any:
        """Runs a JavaScript function in the page; returns its result, passed as JSON."""
        answer = self._ask(
            "script.callFunction",
            functionDeclaration=f"async (...all) => JSON.stringify(await ({function})(...all) "
            "?? null)",
            arguments=[{"type": "string", "value": one} for one in arguments],
            awaitPromise=True,
            target={"context": self._context},
        )
        if answer["type"] == "exception":
            raise BiDiError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def text(self, selector: str) -> str | None:
        text: str | None = self.run(_TEXT, selector)
        return text

    def wait_for(self, selector: str, timeout: float = PATIENCE) -> None:
        """Until there is such an element, on whichever page the tab is then."""
        wait_until(lambda: self._says(_TEXT, selector) is not None, timeout, f"{selector} is there")

    def click(self, selector: str) -> None:
        where = wait_until(lambda: self._says(_MIDDLE, selector), what=f"{selector} can be pressed")
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._act("pointer", [{"type": "pointerMove", **where}, *press])

    def type(self, selector: str, text: str) -> None:
        self.click(selector)
        kinds = ("keyDown", "keyUp")
        self._act("key", [{"type": kind, "value": letter} for letter in text for kind in kinds])

    def _says(self, function: str, *arguments: str) -> Any:
        """Like `run`; nothing while the tab is between two pages."""
        try:
            return self.run(function, *arguments)
        except BiDiError:
            return None

    def _act(self, kind: str, actions: list[dict[str, Any]]) -> None:
        self._in_tab(
            "input.performActions", actions=[{"type": kind, "id": kind, "actions": actions}]
        )

    def _in_tab(self, method: str, **params: Any) -> dict[str, Any]:
        return self._ask(method, context=self._context, **params)

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._line.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self._line.recv(4 * PATIENCE))).get("id") != number:
            self._hear(answer.get("params", {}))
        if answer["type"] == "error":
            raise BiDiError(f"{method}: {answer['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _hear(self, entry: dict[str, Any]) -> None:
        if entry.get("type") == "javascript" and entry.get("level") == "error":
            self.problems.append(str(entry.get("text")))
