"""What a buyer does and reads from the held seats to a paid order."""

from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Locator, expect

from tests.e2e.tab import Tab
from tests.support.people import made_up_cpf

Category = Literal[
    "inteira", "meia_estudante", "meia_id_jovem", "meia_pcd", "meia_acompanhante", "meia_idoso"
]
Method = Literal["pix", "cartao", "cartao_recusado"]


@dataclass(frozen=True)
class Buyer:
    """What is typed into the payment form; `cpf=None` ticks "Não tenho CPF"."""

    name: str = "Ana Souza"
    cpf: str | None = field(default_factory=made_up_cpf)
    email: str = "ana@exemplo.com.br"


ANA = Buyer(cpf="529.982.247-25")


@dataclass
class Checkout(Tab):
    """The order beside the map, and the payment's dialog."""

    @property
    def tickets(self) -> Locator:
        """One element a held seat; its seat is the attribute data-ticket."""
        return self.page.locator("[data-ticket]")

    def held(self) -> list[str]:
        seats: list[str] = self.tickets.evaluate_all(
            "(tickets) => tickets.map(({ dataset }) => dataset.ticket)"
        )
        return seats

    @property
    def total(self) -> str:
        """As shown: "R$ 64,00"."""
        return self._text("[data-part=total]")

    def ticket(self, seat: str) -> Locator:
        return self.page.locator(f'[data-part=tickets] [data-ticket="{seat}"]')

    def choose(self, seat: str, category: Category) -> None:
        """Which ticket a held seat is to be paid as."""
        self._open_sheet()
        self.ticket(seat).locator("select").select_option(category)
        self._painted()

    def category(self, seat: str) -> str:
        return self.ticket(seat).locator("select").input_value()

    def offered(self, seat: str) -> list[str]:
        """The categories that can be chosen now."""
        options = self.ticket(seat).locator("option:not([disabled])")
        values: list[str] = options.evaluate_all("(options) => options.map(({ value }) => value)")
        return values

    def note(self, seat: str) -> str:
        """What to bring, and what is special about the seat."""
        return self.ticket(seat).locator("p").text_content() or ""

    @property
    def quota(self) -> str:
        """As shown: "41 de 80 meias-entradas ainda disponíveis"."""
        return self._text("[data-part=quota]").removesuffix(".")

    def troubles(self) -> dict[str, str]:
        """The obstacles to paying: lonely, companion, quota; each with its sentence."""
        return self._troubles("[data-part=advice]")

    def mend(self, label: str) -> None:
        """Takes an offer: "Pegar também D09", "Trocar D10 por D09", "Soltar A03", "Pagar inteira
        em F08"."""
        place = self.dialog if self.dialog.is_visible() else self.page.locator("[data-part=advice]")
        place.locator(".trouble button", has_text=label).click()
        self._painted()

    def _troubles(self, place: str) -> dict[str, str]:
        sentences: dict[str, str] = self.page.locator(f"{place} [data-trouble]").evaluate_all(
            """(found) => Object.fromEntries(found.map((one) =>
                [one.dataset.trouble, one.querySelector("p").textContent]))"""
        )
        return sentences

    def _open_sheet(self) -> None:
        toggle = self.page.locator("[data-action=tickets]")
        if toggle.is_visible() and toggle.get_attribute("aria-expanded") == "false":
            toggle.click()

    @property
    def seconds_left(self) -> int:
        """Of the hold that ends first, from the ring; 0 without a hold."""
        ring = self.page.locator("[data-part=ring]")
        if ring.is_hidden():
            return 0
        minutes, seconds = self._text("[data-part=ring] [data-clock]").split(":")
        return int(minutes) * 60 + int(seconds)

    @property
    def more_time(self) -> Locator:
        """To be had from two minutes before the end; the answer is a notice (`extended`,
        `limite_de_tempo`)."""
        return self.page.locator("[data-part=order] [data-action=extend]")

    # -------------------------------------------------------------------------------------- payment

    @property
    def dialog(self) -> Locator:
        """data-state: form, sending, checking, expired, done."""
        return self.page.locator("[data-part=payment]")

    def press_pay(self) -> None:
        """Clicks "Pagar" in the order, on a phone after the ticket types, and does not wait for
        what comes of it."""
        self._open_sheet()
        self.page.locator("[data-action=pay]").click()

    def stay_when_paid(self) -> None:
        """The tickets' page follows by itself only where things may move."""
        self.page.emulate_media(reduced_motion="reduce")

    def open_payment(self) -> None:
        """The page stays when all is paid."""
        self.stay_when_paid()
        self.press_pay()
        expect(self.dialog).to_be_visible()

    def fill_payment(self, buyer: Buyer | None = None) -> None:
        """By default as somebody who has not bought anything yet."""
        buyer = buyer or Buyer()
        self.dialog.locator("[name=nomeCompleto]").fill(buyer.name)
        self.dialog.locator("[name=semCpf]").set_checked(buyer.cpf is None)
        if buyer.cpf is not None:
            self.dialog.locator("[name=cpf]").fill(buyer.cpf)
        self.dialog.locator("[name=email]").fill(buyer.email)

    def choose_method(self, method: Method) -> None:
        """Pix is what is chosen at first."""
        kind = "pix" if method == "pix" else "cartao"
        self.dialog.locator(f"[name=forma][value={kind}]").check()
        if kind == "cartao":
            self.dialog.locator(f"[name=cartao][value={method}]").check()

    def pix_code(self) -> str:
        """The code to copy, once it is there."""
        expect(self.dialog.locator("[data-part=pix]")).to_have_attribute("data-state", "ready")
        return self.dialog.locator("[data-part=pix-code]").input_value()

    def payment_troubles(self) -> dict[str, str]:
        """Like `troubles`, within the dialog."""
        return self._troubles("[data-part=payment-advice]")

    @property
    def paid_for(self) -> str:
        """What the dialog says that it is for."""
        summary = self.dialog.locator("[data-part=payment-summary]").inner_text()
        return " ".join(summary.split())

    @property
    def pay_button(self) -> Locator:
        """Of the dialog."""
        return self.dialog.locator("[data-action=confirm]")

    def submit_payment(self) -> None:
        """Clicks "Pagar", and does not wait for what comes of it."""
        self.pay_button.click()

    def close_payment(self) -> None:
        self.dialog.locator("[data-action=back]").click()
        expect(self.dialog).to_be_hidden()

    def expect_dialog(self, state: str, seconds: float = 15) -> None:
        expect(self.dialog).to_have_attribute("data-state", state, timeout=seconds * 1000)

    def pay(self, buyer: Buyer | None = None, seconds: float = 15, method: Method = "pix") -> str:
        """Pays for what is held; the order's id."""
        self.open_payment()
        self.choose_method(method)
        self.fill_payment(buyer)
        self.submit_payment()
        return self.paid(seconds)

    def paid(self, seconds: float = 15) -> str:
        """Waits until the payment under way is confirmed; the order's id."""
        self.expect_dialog("done", seconds)
        return self.order_link.split(".")[0]

    @property
    def order_link(self) -> str:
        """How anybody sees the tickets that were just paid for: the order's id and a token."""
        link = self.dialog.locator("[data-part=payment-order]").get_attribute("href") or ""
        return link.removeprefix("/pedido/")

    def payment_faults(self) -> dict[str, str]:
        """The faults beside the fields, by field (name, cpf, email); `""` is the whole
        payment's."""
        places = {"name": "#name-error", "cpf": "#cpf-error", "email": "#email-error"}
        found = {name: self._text(place) for name, place in places.items()}
        found[""] = self._text("[data-part=payment-error]")
        return {name: text for name, text in found.items() if text}

    @property
    def dialog_state(self) -> str:
        return self.dialog.get_attribute("data-state") or ""

    @property
    def dialog_text(self) -> str:
        """The sentence of the dialog about the state of the payment."""
        return self._text("[data-part=payment-text]")
