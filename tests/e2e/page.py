"""The page as a buyer sees it: what end-to-end tests do and read, without a selector in any of them.

Each method waits for what it needs, with Playwright's own deadlines. What may go either way (a seat that somebody
else may win) is asked for with `click`, and the test reads what came of it.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Locator, Page, expect

SeatState = Literal["livre", "pedindo", "seu", "bloqueado", "ocupado"]
Category = Literal[
    "inteira", "meia_estudante", "meia_id_jovem", "meia_pcd", "meia_acompanhante", "meia_idoso"
]
Method = Literal["pix", "cartao", "cartao_recusado"]
LineState = Literal["ligando", "ao_vivo", "reconectando", "sem_internet", "pausado"]


@dataclass(frozen=True)
class Buyer:
    """What is typed into the payment form; `cpf=None` ticks "Não tenho CPF"."""

    name: str = "Ana Souza"
    cpf: str | None = "529.982.247-25"
    email: str = "ana@exemplo.com.br"


ANA = Buyer()


def load(page: Page, url: str, view: str) -> None:
    """Goes to a page and waits for its view; once more if the machine's network changed under the browser.

    Chromium drops what it is loading when an interface comes or goes, as with each container that starts.
    """
    page.goto(url)
    shown = page.locator(view)
    failed = page.locator("[data-acao=tentar]:visible")
    expect(shown.or_(failed).first).to_be_attached(timeout=15_000)
    if failed.is_visible():
        page.goto(url)
        expect(shown).to_be_attached(timeout=15_000)


@dataclass
class SessionPage:
    """`/sessao/<id>` in one browser tab."""

    page: Page
    base_url: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Collects what the page should never do: see `problems`."""
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda line: self._heard(line.type, line.text))

    def _heard(self, kind: str, text: str) -> None:
        # A refused connection is reported by the browser itself; the page's own state tells of it.
        if kind == "error" and "Failed to load" not in text and "WebSocket" not in text:
            self.problems.append(text)

    def open(self, session: str = "S001") -> "SessionPage":
        """Returns when the map is live."""
        load(self.page, f"{self.base_url}/sessao/{session}", "[data-part=line]")
        self.wait_live()
        return self

    # ------------------------------------------------------------------------------------------------------ seats

    def seat(self, name: str) -> Locator:
        """The seat's button in the map; its state is the attribute data-estado."""
        return self.page.locator(f'#grid [data-assento="{name}"]')

    def list_seat(self, name: str) -> Locator:
        """The same seat in the list view."""
        return self.page.locator(f'[data-part=list] [data-item="{name}"]')

    def seat_state(self, name: str) -> str:
        return self.seat(name).get_attribute("data-estado") or ""

    def seats_in(self, state: SeatState) -> list[str]:
        """Names of all seats of a state, from the screen on."""
        found = self.page.locator(f'#grid [data-estado="{state}"]').all()
        return [seat.get_attribute("data-assento") or "" for seat in found]

    def taken(self) -> dict[str, str]:
        """The whole map: every seat that is not free, with its state."""
        seats: dict[str, str] = self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll("#grid [data-assento]")]
                .map(({ dataset }) => [dataset.assento, dataset.estado])
                .filter(([, state]) => state !== "livre"))"""
        )
        return seats

    def expect_seat(self, name: str, state: SeatState, seconds: float = 5) -> None:
        expect(self.seat(name)).to_have_attribute("data-estado", state, timeout=seconds * 1000)

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
        """Holds seats one after the other; each is held when this returns."""
        for name in names:
            self.click(name)
            self.expect_seat(name, "seu")

    def release(self, *names: str) -> None:
        """Releases by a second click; each is free when this returns."""
        for name in names:
            expect(self.seat(name)).to_have_attribute("data-estado", "seu")
            self.click(name)
            self.expect_seat(name, "livre")

    def best(self, count: int) -> list[str]:
        """Asks for the best seats together; the seats that are held then."""
        before = set(self.held())
        self.page.locator("[data-part=best-count]").select_option(str(count))
        self.page.locator("[data-acao=melhores]").click()
        expect(self.tickets).to_have_count(len(before) + count)
        return [name for name in self.held() if name not in before]

    def show_list(self) -> None:
        self.page.locator("[data-acao=lista]").click()
        expect(self.page.locator("[data-part=list]")).to_be_visible()

    # ------------------------------------------------------------------------------------------------------ order

    @property
    def tickets(self) -> Locator:
        """One element a held seat; its seat is the attribute data-ingresso."""
        return self.page.locator("[data-ingresso]")

    def held(self) -> list[str]:
        return [ticket.get_attribute("data-ingresso") or "" for ticket in self.tickets.all()]

    @property
    def total(self) -> str:
        """As shown: "R$ 64,00"."""
        return self._text("[data-part=total]")

    def ticket(self, seat: str) -> Locator:
        return self.page.locator(f'[data-part=tickets] [data-ingresso="{seat}"]')

    def choose(self, seat: str, category: Category) -> None:
        """Which ticket a held seat is to be paid as."""
        self._open_sheet()
        self.ticket(seat).locator("select").select_option(category)
        self._painted()

    def category(self, seat: str) -> str:
        return self.ticket(seat).locator("select").input_value()

    def offered(self, seat: str) -> list[str]:
        """The categories that can be chosen now."""
        options = self.ticket(seat).locator("option:not([disabled])").all()
        return [option.get_attribute("value") or "" for option in options]

    def note(self, seat: str) -> str:
        """What to bring, and what is special about the seat."""
        return self.ticket(seat).locator("p").text_content() or ""

    @property
    def quota(self) -> str:
        """As shown: "Restam 41 meias de 80"."""
        return self._text("[data-part=quota]").removesuffix(".")

    def troubles(self) -> dict[str, str]:
        """What stands against paying: sozinha, acompanhante, cota; each with its sentence."""
        return self._troubles("[data-part=advice]")

    def mend(self, label: str) -> None:
        """Takes an offer: "Pegar também D09", "Trocar D10 por D09", "Soltar A03", "Pagar inteira em F08"."""
        place = self.dialog if self.dialog.is_visible() else self.page.locator("[data-part=advice]")
        place.locator(".trouble button", has_text=label).click()
        self._painted()

    def _painted(self) -> None:
        """The page paints what it was told once a frame."""
        self.page.evaluate("() => new Promise(requestAnimationFrame)")

    def _troubles(self, place: str) -> dict[str, str]:
        found = self.page.locator(f"{place} [data-problema]").all()
        return {
            one.get_attribute("data-problema") or "": one.locator("p").text_content() or ""
            for one in found
        }

    def _open_sheet(self) -> None:
        toggle = self.page.locator("[data-acao=ingressos]")
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

    def extend(self) -> None:
        """Asks for more time; the answer is a notice (`estendida`, `limite_de_tempo`)."""
        self.page.locator("[data-part=order] [data-acao=estender]").click()

    # ---------------------------------------------------------------------------------------------------- payment

    @property
    def dialog(self) -> Locator:
        """data-estado: formulario, enviando, conferindo, expirado, pronto."""
        return self.page.locator("[data-part=payment]")

    def press_pay(self) -> None:
        """Clicks "Pagar" in the order, and does not wait for what comes of it."""
        self.page.locator("[data-acao=pagar]").click()

    def open_payment(self) -> None:
        self.press_pay()
        expect(self.dialog).to_be_visible()

    def fill_payment(self, buyer: Buyer = ANA) -> None:
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
        expect(self.dialog.locator("[data-part=pix]")).to_have_attribute("data-estado", "pronto")
        return self.dialog.locator("[data-part=pix-code]").input_value()

    def payment_troubles(self) -> dict[str, str]:
        """Like `troubles`, within the dialog."""
        return self._troubles("[data-part=payment-advice]")

    @property
    def pay_button(self) -> Locator:
        """Of the dialog."""
        return self.dialog.locator("[data-acao=confirmar]")

    def submit_payment(self) -> None:
        """Clicks "Pagar", and does not wait for what comes of it."""
        self.pay_button.click()

    def close_payment(self) -> None:
        self.dialog.locator("[data-acao=voltar]").click()
        expect(self.dialog).to_be_hidden()

    def expect_dialog(self, state: str, seconds: float = 15) -> None:
        expect(self.dialog).to_have_attribute("data-estado", state, timeout=seconds * 1000)

    def pay(self, buyer: Buyer = ANA, seconds: float = 15, method: Method = "pix") -> str:
        """Pays for what is held; the order's id."""
        self.open_payment()
        self.choose_method(method)
        self.fill_payment(buyer)
        self.submit_payment()
        return self.paid(seconds)

    def paid(self, seconds: float = 15) -> str:
        """Waits until the payment under way is confirmed; the order's id."""
        self.expect_dialog("pronto", seconds)
        link = self.dialog.locator("[data-part=payment-order]").get_attribute("href") or ""
        return link.removeprefix("/pedido/")

    def payment_faults(self) -> dict[str, str]:
        """What stands beside the fields, by field (name, cpf, email); `""` is the whole payment's."""
        places = {"name": "#name-error", "cpf": "#cpf-error", "email": "#email-error"}
        found = {name: self._text(place) for name, place in places.items()}
        found[""] = self._text("[data-part=payment-error]")
        return {name: text for name, text in found.items() if text}

    @property
    def dialog_state(self) -> str:
        return self.dialog.get_attribute("data-estado") or ""

    @property
    def dialog_text(self) -> str:
        """The sentence of the dialog that tells how the payment stands."""
        return self._text("[data-part=payment-text]")

    @property
    def focused(self) -> str:
        """The id of the element that has the focus (a field of the form: name, cpf, email), or its seat."""
        return str(
            self.page.evaluate(
                "() => document.activeElement.dataset.assento ?? document.activeElement.id"
            )
        )

    # ----------------------------------------------------------------------------------------------------- status

    @property
    def line(self) -> str:
        """ligando, ao_vivo, reconectando, sem_internet, pausado."""
        return self.page.locator("[data-part=line]").get_attribute("data-conexao") or ""

    def wait_line(self, state: LineState, seconds: float = 15) -> None:
        line = self.page.locator("[data-part=line]")
        expect(line).to_have_attribute("data-conexao", state, timeout=seconds * 1000)

    def wait_live(self, seconds: float = 15) -> None:
        self.wait_line("ao_vivo", seconds)

    @property
    def notice(self) -> str:
        """The sentence that is shown now; empty without one."""
        return self._text("[data-part=notice-text]")

    def expect_notice(self, kind: str, text: str = "", seconds: float = 5) -> None:
        """`kind`: a refusal's reason, reservou, estendida, falta_minuto, acabou, ocupado, bloqueado, desligado."""
        notice = self.page.locator(f'[data-part=notice][data-aviso="{kind}"]')
        expect(notice).to_be_visible(timeout=seconds * 1000)
        if text:
            expect(notice).to_contain_text(text)

    def use_notice(self, label: str) -> None:
        """Clicks what a notice offers: "Pegar F09", "Pegar de novo", "Mais tempo"."""
        self.page.locator("[data-part=notice-actions] button", has_text=label).first.click()

    @property
    def banner(self) -> str:
        """What stands above the map: no connection, sold out, over; empty without it."""
        banner = self.page.locator("[data-part=banner]")
        return (banner.text_content() or "") if banner.is_visible() else ""

    @property
    def activity(self) -> str:
        return self._text("[data-part=activity]")

    def _text(self, selector: str) -> str:
        text = self.page.locator(selector).text_content() or ""
        return re.sub(r"\s+", " ", text).strip()


@dataclass
class OrderPage:
    """`/pedido/<id>` in one browser tab."""

    page: Page
    base_url: str

    def open(self, order: str) -> "OrderPage":
        """Returns when the order is shown."""
        load(self.page, f"{self.base_url}/pedido/{order}", "[data-part=receipt]")
        expect(self.page.locator("[data-part=receipt]")).to_be_visible()
        return self

    @property
    def state(self) -> str:
        """confirmado, cancelado."""
        return self.page.locator("[data-part=receipt]").get_attribute("data-estado") or ""

    @property
    def code(self) -> str:
        return self.page.locator("[data-part=code]").text_content() or ""

    @property
    def total(self) -> str:
        return re.sub(r"\s+", " ", self.page.locator("[data-part=total]").text_content() or "")

    def fact(self, name: str) -> str:
        """quando, sala, assentos ("F07 · F08"), nome, feito."""
        return self.page.locator(f'[data-fato="{name}"]').text_content() or ""

    @property
    def seats(self) -> list[str]:
        return self.fact("assentos").split(" · ")

    def ticket(self, seat: str) -> Locator:
        """The ticket of a seat; its category is the attribute data-categoria."""
        return self.page.locator(f'[data-part=stubs] [data-ingresso="{seat}"]')

    def ticket_text(self, seat: str) -> str:
        return re.sub(r"\s+", " ", self.ticket(seat).inner_text())

    def has_qr(self, seat: str) -> bool:
        """Whether there is a picture, and the browser could draw it."""
        picture = self.ticket(seat).locator("img.qr")
        return picture.count() == 1 and bool(
            picture.evaluate("img => img.decode().then(() => img.naturalWidth > 0)")
        )

    @property
    def can_cancel(self) -> bool:
        return self.page.locator("[data-acao=cancelar]").is_visible()

    def cancel(self) -> None:
        """Asks, confirms, and returns when the page says that the order is cancelled."""
        self.page.locator("[data-acao=cancelar]").click()
        self.page.locator("[data-acao=cancelar-mesmo]").click()
        receipt = self.page.locator("[data-part=receipt]")
        expect(receipt).to_have_attribute("data-estado", "cancelado")

    def expect_mail(self, state: str, seconds: float = 15) -> None:
        """pendente, enviado, falhou, sem_endereco; the page looks again by itself."""
        mail = self.page.locator("[data-part=mail]")
        expect(mail).to_have_attribute("data-email", state, timeout=seconds * 1000)

    def mail_again(self) -> None:
        self.page.locator("[data-acao=reenviar]").click()


@dataclass
class ProgrammePage:
    """`/` in one browser tab."""

    page: Page
    base_url: str

    def open(self) -> "ProgrammePage":
        """Returns when the programme is shown."""
        load(self.page, self.base_url, "[data-part=films]")
        expect(self.page.locator("[data-part=films]")).not_to_have_attribute("aria-busy", "true")
        return self

    def session(self, session: str) -> Locator:
        """The link to a session; data-estado: livre, esgotada, encerrada."""
        return self.page.locator(f'[data-sessao="{session}"]')

    def choose(self, session: str) -> SessionPage:
        self.session(session).click()
        chosen = SessionPage(self.page, self.base_url)
        chosen.wait_live()
        return chosen
