"""A new programme is checked against sales and holds: no ticket changes without an announcement."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import cinema_pb2 as pb
from booking.programme import Programme, parse_programme
from booking.programme_guard import ProgrammeGuard
from cinema.keys import programme_key
from cinema.local_time import SAO_PAULO
from tests.support.booking_desk import (
    CALL_SECONDS,
    Customer,
    Desk,
    desk_settings,
    new_session,
    open_desk,
    programme,
    session_entry,
)
from tests.support.hall import patient_client
from tests.support.orders import kept_record, rewrite
from tests.support.services import Booking
from tests.support.waiting import wait_until

START = "2099-12-31T17:45:00"
LATER = "2099-12-31T20:00:00"
LATER_MS = int(datetime(2099, 12, 31, 20, tzinfo=SAO_PAULO).timestamp() * 1_000)
WHY = "O projetor quebrou; o filme começa mais tarde."
REFUSED = "the new programme is refused, the old one stays in force: "
MORE = """
[[filmes]]
id = "outro"
titulo = "Bacurau"
duracao_min = 132
classificacao = "18"
sinopse = "Outro filme."

[[salas]]
id = "outra"
nome = "Sala Verde"
fileiras = ["A CA......_....AC", "B ........_......", "C PPPPPPPP_PPPPPP"]
"""


class Cinema:
    """A desk of its own with one session, and a programme that changes under it."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.desk = open_desk(stack, folder)
        self.session = self.desk.sessions[0]
        self.file = folder / "programacao.toml"
        self._stack = stack
        self.show(self.entry())

    def entry(self, start: str = START, **more: str) -> str:
        return session_entry(self.session, start, **more)

    def write(self, *entries: str) -> None:
        self.file.write_text(programme([]) + MORE + "".join(entries), encoding="utf-8")

    def show(self, *entries: str) -> None:
        """Returns once the programme with these entries is in force."""
        mark = new_session()
        self.write(*entries, session_entry(mark, START))
        wait_until(lambda: mark in self.listed(), 10, "the programme is taken up")

    def refusal_of(self, *entries: str) -> str:
        """The log's lines about a refused programme."""
        before = self.refusals
        self.write(*entries)
        wait_until(lambda: len(self.refusals) > len(before), 10, "the programme is refused")
        return self.refusals[-1]

    @property
    def refusals(self) -> list[str]:
        return [
            line.split(REFUSED)[1] for line in self.desk.booking.log.splitlines() if REFUSED in line
        ]

    def listed(self) -> dict[str, pb.Sessao]:
        answer = self.desk.stub.ListarSessoes(pb.Vazio(), timeout=CALL_SECONDS)
        return {session.sessao_id: session for session in answer.sessoes}

    def customer(self) -> Customer:
        return self.desk.customer(self.session)

    def order(self, order_id: str) -> pb.Pedido:
        request = pb.PedidoRequest(pedido_id=order_id)
        order: pb.Pedido = self.desk.stub.ObterPedido(request, timeout=CALL_SECONDS)
        return order


def bought(customer: Customer, *seats: str) -> str:
    customer.hold(*seats)
    answer = customer.confirm(*seats)
    assert answer.sucesso, answer.mensagem
    return str(answer.pedido_id)


def without_row_c(entry: str) -> str:
    assert '  "C PPPPPPPP_PPPPPP",\n' in entry
    return entry.replace('  "C PPPPPPPP_PPPPPP",\n', "")


def in_other_room(entry: str) -> str:
    head, tail = entry.split("[[sessoes]]")
    return f"{head}[[sessoes]]" + tail.replace('sala = "', 'sala = "outra" # "')


def with_other_film(entry: str) -> str:
    return entry.replace('filme = "filme"', 'filme = "outro"')


CHANGES: dict[str, tuple[Callable[[str], str], str]] = {
    "moved": (lambda entry: entry.replace(START, LATER), "início"),
    "another date": (lambda entry: entry.replace(START, "2099-12-24T17:45:00"), "início"),
    "a bare time": (lambda entry: entry.replace(START, "17:45:00"), "início"),
    "another room": (in_other_room, "sala"),
    "another film": (with_other_film, "filme"),
    "another language": (lambda entry: entry.replace("legendado", "dublado"), "idioma"),
    "a row less": (without_row_c, "sem C01"),
    "dropped": (lambda _entry: "", "a sessão sai da programação"),
}


@dataclass(frozen=True)
class Plan:
    """One session, and the refusals of a programme that changes it."""

    desk: Desk
    session: str

    async def refusals(self, alter: Callable[[str], str] = str, **more: str) -> list[str]:
        before, after = (
            session_entry(self.session, START),
            session_entry(self.session, START, **more),
        )
        async with patient_client(self.desk.redis_server.url) as redis:
            return await ProgrammeGuard(redis).refusals(read(before), read(alter(after)))


def read(*entries: str) -> Programme:
    other = session_entry("OTHER", START)
    return parse_programme(programme([]) + MORE + other + "".join(entries), "programacao.toml")


@pytest.fixture
def plan(desk: Desk) -> Plan:
    return Plan(desk, desk.new_session())


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_that_hurts_sold_tickets_is_refused_with_the_orders_counted(
    plan: Plan, change: str
) -> None:
    alter, named = CHANGES[change]
    bought(plan.desk.customer(plan.session), "C01")
    bought(plan.desk.customer(plan.session), "C02", "C03")
    (refusal,) = await plan.refusals(alter)
    place = "programacao.toml" if change == "dropped" else r"programacao\.toml, linha 4[56]"
    counted = f"sessão {plan.session}: 2 pedidos vendidos para 31/12 17:45; "
    assert re.match(f"{place}: {counted}", refusal)
    assert named in refusal
    assert "alterada" in refusal


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_that_hurts_held_seats_is_refused_as_long_as_they_are_held(
    plan: Plan, change: str
) -> None:
    alter, named = CHANGES[change]
    ana = plan.desk.customer(plan.session)
    ana.hold("C01")
    (refusal,) = await plan.refusals(alter)
    assert f"sessão {plan.session}: 1 poltrona reservada; " in refusal
    assert named in refusal
    ana.release("C01")
    assert await plan.refusals(alter) == []


@pytest.mark.parametrize("change", [change for change in CHANGES if change != "dropped"])
async def test_a_change_that_the_file_announces_is_accepted(plan: Plan, change: str) -> None:
    bought(plan.desk.customer(plan.session), "C01")
    assert await plan.refusals(CHANGES[change][0], alterada=WHY) == []


async def test_orders_for_different_days_are_counted_apart(plan: Plan) -> None:
    """As they are where an announced move came between them."""
    bought(plan.desk.customer(plan.session), "C01")
    moved = bought(plan.desk.customer(plan.session), "C02")
    bought(plan.desk.customer(plan.session), "C03")
    record = kept_record(plan.desk.redis(), moved)
    rewrite(plan.desk.redis(), moved, record | {"inicio_ms": LATER_MS})
    (refusal,) = await plan.refusals(CHANGES["another date"][0])
    assert ": 2 pedidos vendidos para 31/12 17:45 e 1 pedido vendido para 31/12 20:00; " in refusal


async def test_a_session_that_is_over_may_be_dropped_with_its_orders(plan: Plan) -> None:
    order_id = bought(plan.desk.customer(plan.session), "C01")
    record = kept_record(plan.desk.redis(), order_id)
    rewrite(plan.desk.redis(), order_id, record | {"inicio_ms": 1_000_000_000_000})
    assert await plan.refusals(CHANGES["dropped"][0]) == []


def test_a_buyers_order_stays_listed_when_its_session_is_dropped(cinema: Cinema) -> None:
    """As happens where a seat is sold between the check and the new version."""
    ana = cinema.customer()
    order_id = bought(ana, "C01")
    record = kept_record(cinema.desk.redis(), order_id)
    request = pb.PedidosDoCompradorRequest(usuario_id=ana.name)
    # The guard looks at the order's start, and refuses to drop a session that is still to come.
    for start, entries in ((1_000_000_000_000, []), (record["inicio_ms"], [cinema.entry()])):
        rewrite(cinema.desk.redis(), order_id, record | {"inicio_ms": start})
        cinema.show(*entries)
        [order] = cinema.desk.stub.ListarPedidosDoComprador(request, timeout=CALL_SECONDS).pedidos
        assert order.pedido_id == order_id


async def test_a_session_at_a_time_of_every_day_keeps_its_old_orders_and_may_not_be_moved(
    plan: Plan,
) -> None:
    order_id = bought(plan.desk.customer(plan.session), "C01")
    daily = CHANGES["a bare time"][0](session_entry(plan.session, START))
    record = kept_record(plan.desk.redis(), order_id)
    async with patient_client(plan.desk.redis_server.url) as redis:
        guard = ProgrammeGuard(redis)
        for days, count in ((0, 1), (2, 0)):  # sold for the next time, and for one that is past
            start = read(daily).sessions[plan.session].starts_at - timedelta(days=days)
            sold = record | {"inicio_ms": int(start.timestamp() * 1_000)}
            rewrite(plan.desk.redis(), order_id, sold)
            assert await guard.refusals(None, read(daily)) == []
            later = daily.replace("17:45:00", "19:00:00")
            assert len(await guard.refusals(read(daily), read(later))) == count


@pytest.fixture
def cinema(stack: ExitStack, tmp_path: Path) -> Cinema:
    return Cinema(stack, tmp_path)


@pytest.mark.nightly
def test_a_refused_version_is_in_force_by_itself_once_nobody_is_hurt(cinema: Cinema) -> None:
    ana = cinema.customer()
    ana.hold("C01")
    assert "1 poltrona reservada" in cinema.refusal_of(cinema.entry(LATER))
    ana.release("C01")
    wait_until(lambda: cinema.listed()[cinema.session].inicio_ms == LATER_MS, 10)
    assert len(cinema.refusals) == 1


def test_what_hurts_nobody_is_taken_up_whatever_is_sold(cinema: Cinema) -> None:
    bought(cinema.customer(), "A05")
    entry = cinema.entry().replace("comum = 3200", "comum = 4000").replace("legendado", "Legendado")
    cinema.show(without_row_c(entry))
    assert len(cinema.desk.map(cinema.session).fileiras) == 2
    assert cinema.refusals == []


def test_with_a_word_to_the_buyers_a_session_is_moved_and_its_orders_say_so(
    cinema: Cinema,
) -> None:
    order_id = bought(cinema.customer(), "C01")
    cinema.show(cinema.entry(LATER, alterada=WHY))
    order = cinema.order(order_id)
    assert (order.alteracao, order.sessao_atual.inicio_ms) == (WHY, LATER_MS)
    assert order.sessao.inicio_ms < LATER_MS
    assert order.cancelavel_ate_ms == LATER_MS - 2 * 3_600_000
    later = bought(cinema.customer(), "C02")
    assert cinema.order(later).alteracao == ""
    assert cinema.desk.map(cinema.session).sessao.alteracao == WHY


@pytest.mark.nightly
def test_one_word_is_good_for_one_change(cinema: Cinema) -> None:
    """The line stays in the file; a second move by mistake must not go through because of it."""
    bought(cinema.customer(), "C01")
    cinema.show(cinema.entry(LATER, alterada=WHY))
    cinema.show(cinema.entry(LATER, alterada=WHY).replace("comum = 3200", "comum = 3300"))
    assert "início" in cinema.refusal_of(cinema.entry("2099-12-31T21:00:00", alterada=WHY))
    cinema.show(cinema.entry("2099-12-31T21:00:00", alterada="Ainda mais tarde."))


@pytest.mark.nightly
def test_the_word_may_go_once_everybody_bought_what_is_shown(cinema: Cinema) -> None:
    bought(cinema.customer(), "C01")
    cinema.show(cinema.entry(LATER, alterada=WHY))
    cinema.show(cinema.entry(LATER))
    cinema.show(cinema.entry())


def test_a_row_is_removed_with_a_word_and_what_was_held_in_it_can_be_given_back(
    cinema: Cinema,
) -> None:
    ana, bia = cinema.customer(), cinema.customer()
    order_id = bought(ana, "C01")
    bia.hold("C02", "B01")
    key = "the payment was sent before"
    cinema.show(without_row_c(cinema.entry(alterada="A fileira C está em obras.")))
    paid = bia.confirm("C02", "B01", key=key)
    assert (paid.sucesso, paid.motivo) == (False, "sessao_mudou")
    assert paid.mensagem == "Esta sessão mudou. Nada foi cobrado: recarregue a página e confira."
    assert cinema.customer().hold("C02").motivo == "assento_indisponivel"
    assert bia.release("C02").sucesso
    assert bia.confirm("B01", key="another").sucesso
    assert cinema.order(order_id).alteracao == (
        "A fileira C está em obras. A sala não tem mais C01."
    )
    assert ana.cancel(order_id).sucesso
    shown = cinema.listed()[cinema.session]
    assert (shown.lugares, shown.livres) == (28, 27)


def test_a_payment_that_was_made_before_the_change_is_still_found_by_its_key(
    cinema: Cinema,
) -> None:
    ana = cinema.customer()
    ana.hold("C01")
    order_id = ana.confirm("C01", key="k").pedido_id
    cinema.show(without_row_c(cinema.entry(alterada=WHY)))
    assert ana.confirm("C01", key="k").pedido_id == order_id


def test_a_payment_for_another_edition_than_was_shown_is_refused(cinema: Cinema) -> None:
    ana = cinema.customer()
    ana.hold("C01")
    shown = cinema.desk.map(cinema.session).mapa.edicao
    cinema.show(cinema.entry(LATER, alterada=WHY))
    assert ana.confirm("C01", edicao=shown).motivo == "sessao_mudou"
    assert ana.confirm("C01", edicao=cinema.desk.map(cinema.session).mapa.edicao).sucesso


def test_a_cancelled_session_sells_nothing_frees_its_room_and_gives_the_money_back(
    cinema: Cinema,
) -> None:
    ana, bia = cinema.customer(), cinema.customer()
    order_id = bought(ana, "C01")
    bia.hold("C02")
    why = "Faltou energia no cinema."
    other = session_entry(new_session(), START).split("[[sessoes]]")[1]
    other = other.replace('sala = "', f'sala = "{cinema.session}" # "')
    cinema.show(cinema.entry(cancelada=why), f"[[sessoes]]{other}")
    assert cinema.session not in cinema.listed()
    shown = cinema.desk.map(cinema.session).sessao
    assert (shown.encerrada, shown.cancelada, shown.alteracao) == (True, True, why)
    for answer in (bia.hold("C03"), bia.best(2), bia.extend(), bia.confirm("C02")):
        assert (answer.sucesso, answer.motivo) == (False, "sessao_cancelada")
    assert bia.release("C02").sucesso
    assert cinema.order(order_id).alteracao == why
    assert ana.cancel(order_id).sucesso
    assert "estava cancelada" not in "".join(cinema.refusals)


@pytest.mark.nightly
def test_a_cancelled_session_is_not_brought_back_without_a_word(cinema: Cinema) -> None:
    bought(cinema.customer(), "C01")
    cinema.show(cinema.entry(cancelada="Faltou energia."))
    assert "a sessão estava cancelada" in cinema.refusal_of(cinema.entry())
    cinema.show(cinema.entry(alterada="A energia voltou."))


@pytest.mark.nightly
def test_an_id_is_not_used_again_while_it_has_orders(cinema: Cinema) -> None:
    """Dropped when it was over, and back for another day: the old seats would be sold already."""
    bought(cinema.customer(), "C01")
    cinema.desk.redis().delete(programme_key())
    cinema.desk.booking.terminate(10)
    cinema.write(session_entry(new_session(), START))
    cinema.desk.booking.start()
    refusal = cinema.refusal_of(cinema.entry("2099-11-30T17:45:00"))
    assert "1 pedido vendido para 31/12 17:45" in refusal


def test_a_session_that_was_dropped_is_a_sentence_and_not_a_malformed_request(
    cinema: Cinema,
) -> None:
    ana = cinema.customer()
    ana.hold("C01")
    ana.release("C01")
    cinema.show()
    for answer in (
        ana.hold("C01"),
        ana.best(2),
        ana.release("C01"),
        ana.extend(),
        ana.confirm("C01"),
    ):
        assert (answer.sucesso, answer.motivo) == (False, "sessao_desconhecida")
        assert answer.mensagem == "Esta sessão saiu da programação. Nada foi cobrado."
    sweep = pb.VarreduraRequest(sessao_id=cinema.session)
    assert cinema.desk.stub.VarrerSessao(sweep, timeout=CALL_SECONDS).liberados == 0


# ------------------------------------------------------------------ at the start, and without Redis


@pytest.mark.nightly
def test_a_change_that_was_made_while_booking_was_down_is_refused_too(cinema: Cinema) -> None:
    """Everything is sold as it was; an operator at night finds the lines and the count in the
    log."""
    order_id = bought(cinema.customer(), "C01")
    added = new_session()
    cinema.desk.booking.terminate(10)
    cinema.write(cinema.entry(LATER), session_entry(added, START))
    cinema.desk.booking.start()
    wait_until(lambda: len(cinema.refusals) == 1, 10, "the refusal is in the log")
    assert "1 pedido vendido para 31/12 17:45" in cinema.refusals[0]
    assert added not in cinema.listed()
    assert cinema.order(order_id).alteracao == ""
    assert cinema.customer().hold("C02").sucesso
    cinema.show(cinema.entry(LATER, alterada=WHY))


def test_without_an_earlier_version_a_contradiction_is_loud_and_the_order_says_it(
    cinema: Cinema,
) -> None:
    order_id = bought(cinema.customer(), "C01")
    cinema.desk.booking.terminate(10)
    cinema.desk.redis().delete(programme_key())
    cinema.write(cinema.entry(LATER))
    cinema.desk.booking.start()
    assert "contradicts what is sold, no other is known" in cinema.desk.booking.log
    assert "1 pedido vendido para 31/12 17:45" in cinema.desk.booking.log
    order = cinema.order(order_id)
    assert order.alteracao == "Esta sessão mudou depois da sua compra."
    assert order.sessao_atual.inicio_ms == LATER_MS


@pytest.mark.nightly
def test_while_redis_is_away_a_new_version_waits(cinema: Cinema, tmp_path: Path) -> None:
    bought(cinema.customer(), "C01")
    cinema.desk.redis_server.pause()
    cinema.write(cinema.entry(LATER))
    wait_until(
        lambda: "cannot be checked against what is sold" in cinema.desk.booking.log, 20, "it waits"
    )
    cinema.desk.redis_server.resume()
    wait_until(lambda: len(cinema.refusals) == 1, 20, "it is refused")


@pytest.mark.nightly
def test_a_second_booking_server_comes_to_the_same_answer(cinema: Cinema, stack: ExitStack) -> None:
    bought(cinema.customer(), "C01")
    second = Booking(
        cinema.desk.folder / "second", desk_settings(cinema.desk.folder, cinema.desk.redis_server)
    )
    stack.enter_context(second)
    cinema.refusal_of(cinema.entry(LATER))
    wait_until(lambda: REFUSED in second.log, 10, "the other one refuses it as well")
