"""`/sessao/<id>`: the map, and the notices around it."""

from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Locator, expect

from tests.e2e.checkout import Checkout
from tests.e2e.tab import load
from tests.support.waiting import PATIENCE, wait_until

SeatState = Literal["unknown", "free", "asking", "mine", "bought", "held", "sold"]
Mark = Literal["preview", "friend", "beside"]
LineState = Literal["connecting", "live", "reconnecting", "refused", "offline", "paused"]


@dataclass
class SessionPage(Checkout):
    def open(self, session: str = "S001", state: LineState = "live") -> "SessionPage":
        """Returns when the map is live, or its line in another state."""
        load(self.page, f"{self.base_url}/sessao/{session}", "[data-part=line]")
        self.wait_line(state)
        if state == "live":
            self.wait_live()
        return self

    # ---------------------------------------------------------------------------------------- seats

    def seat(self, name: str) -> Locator:
        """The seat's button in the map; its state is the attribute data-state."""
        return self.page.locator(f'#grid [data-seat="{name}"]')

    def list_seat(self, name: str) -> Locator:
        """The same seat in the list view."""
        return self.page.locator(f'[data-part=list] [data-item="{name}"]')

    def seat_state(self, name: str) -> str:
        return self.seat(name).get_attribute("data-state") or ""

    def seats_in(self, state: SeatState) -> list[str]:
        """Names of all seats of a state, from the screen on."""
        found = self.page.locator(f'#grid [data-state="{state}"]')
        names: list[str] = found.evaluate_all("(seats) => seats.map((seat) => seat.dataset.seat)")
        return names

    def taken(self) -> dict[str, str]:
        """The whole map: every seat that is not free, with its state."""
        seats: dict[str, str] = self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll("#grid [data-seat]")]
                .map(({ dataset }) => [dataset.seat, dataset.state])
                .filter(([, state]) => state !== "free"))"""
        )
        return seats

    def expect_seat(self, name: str, state: SeatState, seconds: float = PATIENCE) -> None:
        expect(self.seat(name)).to_have_attribute("data-state", state, timeout=seconds * 1000)

    def click(self, *names: str) -> None:
        """Clicks, and does not wait for what comes of it.

        Forced, because a taken seat is aria-disabled and still answers a click: it says why.
        """
        for name in names:
            self.seat(name).click(force=True)

    def press(self, name: str, key: str = "Enter") -> None:
        """Focuses the seat and presses a key there."""
        self.seat(name).press(key)

    def hold(self, *names: str) -> None:
        """Holds seats one after the other; each is held when this returns.

        A place made for somebody is for us.
        """
        for name in names:
            self.click(name)
            held = self.page.locator(f'#grid [data-seat="{name}"][data-state=mine]')
            expect(held.or_(self.question).first).to_be_visible()
            if self.question.is_visible():
                self.question.get_by_role("button").first.click()
            self.expect_seat(name, "mine")

    def release(self, *names: str) -> None:
        """Releases by a second click; each is free when this returns."""
        for name in names:
            expect(self.seat(name)).to_have_attribute("data-state", "mine")
            self.click(name)
            self.expect_seat(name, "free")

    def party(self, size: int) -> None:
        """How many people come; 0: seats are chosen one at a time."""
        self.page.locator("[data-part=best-count]").select_option(str(size or ""))
        if size > 1:
            self.expect_notice("party")

    def ask_best(self) -> None:
        """Presses "Melhores lugares", and does not wait for what comes of it."""
        self.page.locator("[data-action=best]").click()

    def best(self, count: int) -> list[str]:
        """The best seats for so many people, or the next best instead of them; what is held
        then."""
        before = self.held()
        self.party(count)
        self.ask_best()
        return self.moved_from(before, count)

    def moved_from(self, before: list[str], count: int) -> list[str]:
        """Waits until so many seats are held, others than before."""
        wait_until(
            lambda: len(self.held()) == count and self.held() != before, what="the party moves"
        )
        return self.held()

    def marked(self, mark: Mark) -> list[str]:
        """Seats that are marked on the map."""
        found = self.page.locator(f"#grid [data-{mark}]")
        names: list[str] = found.evaluate_all("(seats) => seats.map((seat) => seat.dataset.seat)")
        return names

    def offers(self) -> list[str]:
        """What the notice offers."""
        return self.page.locator("[data-part=notice-actions] button").all_text_contents()

    def show_list(self, *rows: str) -> None:
        """With these rows opened.

        On a small phone an open sheet is closed first: it takes the tools' place.
        """
        tools = self.page.locator("[data-action=list]")
        if not tools.is_visible():
            self.page.locator("[data-action=tickets]").click()
        tools.click()
        expect(self.page.locator("[data-part=list]")).to_be_visible()
        for row in rows:
            self.page.locator(f'[data-row="{row}"]:not([open]) > summary').click()

    # --------------------------------------------------------------------------------------- status

    @property
    def line(self) -> str:
        """A LineState."""
        return self.page.locator("[data-part=line]").get_attribute("data-line") or ""

    def wait_line(self, state: LineState, seconds: float = PATIENCE) -> None:
        line = self.page.locator("[data-part=line]")
        expect(line).to_have_attribute("data-line", state, timeout=seconds * 1000)

    def wait_live(self, seconds: float = PATIENCE) -> None:
        """The map is live, and was painted."""
        self.wait_line("live", seconds)
        expect(self.page.locator("[data-part=order-text]")).not_to_be_empty(timeout=seconds * 1000)
        unknown = self.page.locator(
            "#grid [data-state=unknown]"
        )  # of a vast hall some, for some frames
        expect(unknown).to_have_count(0, timeout=seconds * 1000)

    @property
    def notice(self) -> str:
        """The sentence that is shown now; empty without one."""
        return self._text("[data-part=notice-text]")

    @property
    def question(self) -> Locator:
        """What a place that is made for somebody asks before it is taken."""
        return self.page.locator(
            "[data-part=notice]:is([data-notice=cadeirante], [data-notice=acompanhante])"
        )

    def expect_notice(self, kind: str, text: str = "", seconds: float = PATIENCE) -> None:
        """`kind`: a refusal's reason; taken, extended, last_minute, expired, sold, bought, held,
        not_live; or the kind of a seat that says what it is: cadeirante, acompanhante, casal.
        """
        notice = self.page.locator(f'[data-part=notice][data-notice="{kind}"]')
        expect(notice).to_be_visible(timeout=seconds * 1000)
        if text:
            expect(notice).to_contain_text(text)

    def close_notice(self) -> None:
        self.page.locator("[data-action=close-notice]").click()
        expect(self.page.locator("[data-part=notice]")).to_be_hidden()

    def use_notice(self, label: str) -> None:
        """Clicks what a notice offers: "Pegar F09", "Pegar de novo", "Mais tempo"."""
        self.page.locator("[data-part=notice-actions] button", has_text=label).first.click()

    @property
    def banner(self) -> str:
        """The state above the map: no connection, no seat for now; empty without it."""
        banner = self.page.locator("[data-part=banner]")
        return (banner.text_content() or "") if banner.is_visible() else ""

    @property
    def closed_card(self) -> Locator:
        """What says why nothing is sold any more; nowhere while something is."""
        return self.page.locator("[data-part=closed] > *")

    @property
    def closed_title(self) -> Locator:
        return self.page.locator("[data-part=closed-title]")

    @property
    def other_sessions(self) -> Locator:
        """Links to sessions with seats."""
        return self.page.locator(".other-session")

    @property
    def activity(self) -> str:
        return self._text("[data-part=activity]")
