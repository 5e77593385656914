"""`/`: the films and their sessions."""

from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.e2e.session_page import SessionPage
from tests.e2e.tab import Tab, load


@dataclass
class ProgrammePage(Tab):
    def open(self) -> "ProgrammePage":
        """Returns when the programme is shown."""
        load(self.page, self.base_url, "[data-part=films]")
        expect(self.page.locator("[data-part=films]")).not_to_have_attribute("aria-busy", "true")
        return self

    def session(self, session: str) -> Locator:
        """The link to a session; data-state: free, sold_out, paused, ended."""
        return self.page.locator(f'[data-session="{session}"]')

    def show(self, session: str) -> Locator:
        """The link to a session, after its day was chosen."""
        link = self.session(session)
        day = link.get_attribute("data-day")
        self.page.locator(f'[data-part=days] [data-day="{day}"]').click()
        expect(link).to_be_visible()
        return link

    def choose(self, session: str) -> SessionPage:
        self.show(session).click()
        chosen = SessionPage(self.page, self.base_url)
        chosen.wait_live()
        return chosen
