"""`/pedido/<id>`: the proof of a purchase."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.e2e.tab import Tab, load


@dataclass
class OrderPage(Tab):
    def open(self, order: str) -> "OrderPage":
        """Returns when the order is shown."""
        load(self.page, f"{self.base_url}/pedido/{order}", "[data-part=receipt]")
        expect(self.page.locator("[data-part=receipt]")).to_be_visible()
        return self

    @property
    def state(self) -> str:
        """confirmado, cancelado."""
        return self.page.locator("[data-part=receipt]").get_attribute("data-state") or ""

    @property
    def code(self) -> str:
        return self.page.locator("[data-part=code]").text_content() or ""

    @property
    def total(self) -> str:
        return re.sub(r"\s+", " ", self.page.locator("[data-part=total]").text_content() or "")

    def fact(self, name: str) -> str:
        """when, room, seats ("Fila F · 7 e Fila F · 8"), name, bought, method."""
        return self.page.locator(f'[data-fact="{name}"]').text_content() or ""

    @property
    def seats(self) -> list[str]:
        """Those that are valid, or that were until the order was cancelled."""
        stubs = self.page.locator("[data-part=stubs] [data-ticket]")
        seats: list[str] = stubs.evaluate_all("(s) => s.map(({ dataset }) => dataset.ticket)")
        return seats

    def ticket(self, seat: str) -> Locator:
        """The ticket of a seat; its category is the attribute data-category."""
        return self.page.locator(f'[data-part=stubs] [data-ticket="{seat}"]')

    def ticket_text(self, seat: str) -> str:
        return re.sub(r"\s+", " ", self.ticket(seat).inner_text())

    def has_qr(self, seat: str) -> bool:
        """Whether there is a picture, and the browser could draw it."""
        picture = self.ticket(seat).locator("img.qr")
        return picture.count() == 1 and bool(
            picture.evaluate("img => img.decode().then(() => img.naturalWidth > 0)")
        )

    @property
    def overflow(self) -> int:
        """Pixels that the page is wider than the window."""
        return int(
            self.page.evaluate(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    @property
    def can_cancel(self) -> bool:
        return self.page.locator("[data-action=cancel]").is_visible()

    def cancel(self) -> None:
        """Asks, confirms, and returns when the page says that the order is cancelled."""
        self.page.locator("[data-action=cancel]").click()
        self.page.locator("[data-action=cancel-surely]").click()
        receipt = self.page.locator("[data-part=receipt]")
        expect(receipt).to_have_attribute("data-state", "cancelado")

    def expect_mail(self, state: str, seconds: float = 15) -> None:
        """pendente, enviado, falhou, sem_endereco; the page looks again by itself."""
        mail = self.page.locator("[data-part=mail]")
        expect(mail).to_have_attribute("data-email", state, timeout=seconds * 1000)

    @property
    def mail_text(self) -> Locator:
        """What became of the order's mail."""
        return self.page.locator("[data-part=mail-text]")

    def correct_address(self, email: str) -> None:
        self.page.locator("[data-action=correct]").click()
        self.page.locator("[data-part=address-input]").fill(email)
        self.page.locator("[data-action=send-correction]").click()

    @property
    def address_fault(self) -> Locator:
        return self.page.locator("[data-part=address-error]")

    def mail_again(self) -> None:
        self.page.locator("[data-action=resend]").click()
