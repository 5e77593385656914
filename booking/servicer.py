"""The RPCs of `cinema.proto`: each one parses, asks the seats' state, and replies."""

import random
import time
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice

import cinema_pb2 as pb
from booking.answer import Answer
from booking.batch_streams import BatchStreams
from booking.faults import Context
from booking.feed import SeatFeed
from booking.house_rules import HouseRules
from booking.networks import Networks
from booking.order import Purchase
from booking.order_rpcs import OrderRpcs
from booking.policy import Policy
from booking.programme import Programme
from booking.programme.file import ProgrammeFile
from booking.ranking import best_seats
from booking.replies import (
    count_message,
    reservation_reply,
    rows_part,
    session_message,
    snapshot_message,
)
from booking.request_reader import RequestReader, SessionGone, refuses_gone_sessions
from booking.requests import (
    SeatRequest,
    parse_purchase,
)
from booking.stores import Stores
from booking.sweeper import Sweeper
from booking.ticket_changes import seats_of
from booking.watch_limit import WatchLimit
from cinema.identity import owner_tag
from cinema.refusals import Refusal, sentence
from cinema.tickets import half_price_quota

# How many times "the best seats" may go to others between reading and holding.
_BEST_TRIES = 8
_BEST_SPREAD = 8
# Refusals of a seat that looked free.
_SNATCHED = (Refusal.SEAT_TAKEN, Refusal.ALREADY_BOUGHT, Refusal.COOLING_DOWN)


class BookingServicer(OrderRpcs):
    def __init__(
        self,
        stores: Stores,
        feed: SeatFeed,
        sweeper: Sweeper,
        programme: ProgrammeFile,
        policy: Policy,
    ) -> None:
        super().__init__(stores, programme, policy.cancel_until_ms)
        seats = stores.seats
        self._fitness = seats.fitness
        self._feed = feed
        self._sweeper = sweeper
        self._requests = RequestReader(programme, seats)
        self._watch_limit = WatchLimit(policy.watchers_max)
        self._person_secret = policy.person_secret
        self._networks = Networks(seats.rules)
        self._session_list = stores.session_list
        self._house_rules = HouseRules(seats)
        methods = {
            "reservar": self.ReservarAssento,
            "confirmar": self.ConfirmarPagamento,
            "liberar": self.LiberarAssento,
            "estender": self.EstenderReserva,
            "melhores": self.ReservarMelhores,
        }
        self.batches = BatchStreams(methods, policy.patience)

    @property
    def _programme(self) -> Programme:
        return self._programme_file.current

    # -------------------------------------------------------------------------------- transitions

    @refuses_gone_sessions
    async def ReservarAssento(  # noqa: N802 - the contract's name
        self, request: pb.ReservaRequest, context: Context
    ) -> pb.ReservaResponse:
        wanted = await self._house_rules.whole_exchange(await self._requests.seats(request))
        refusal = await self._house_rules.refusal_of_hold(wanted)
        return await self._hold_reply(refusal or await self._hold(wanted), wanted.seats)

    async def _hold(self, wanted: SeatRequest) -> Answer:
        if wanted.session.cancelled:
            return Answer(Refusal.SESSION_CANCELLED)
        session, network = wanted.session, self._networks.of(wanted.session, wanted.network)
        answer = await self._seats.hold(
            *(session.id, wanted.buyer, wanted.seats, wanted.token),
            *(session.closes_at_ms, network, wanted.given_back),
        )
        if answer.refusal is Refusal.NETWORK_LIMIT:
            self._networks.refused(session, network)
        return answer

    async def _hold_reply(self, answer: Answer, seats: tuple[str, ...]) -> pb.ReservaResponse:
        return await self._reply(answer, seats, "Reservado para você: {seats}.")

    async def _reply(
        self, answer: Answer, seats: tuple[str, ...], success: str
    ) -> pb.ReservaResponse:
        """Adds the tokens of an order that an earlier request made."""
        if answer.order_id and answer.tokens is None:
            known = await self._orders.get(answer.order_id)
            answer = replace(answer, tokens=known.tokens if known else None)
        return reservation_reply(answer, seats, success, self._seats.rules.most_seats)

    @refuses_gone_sessions
    async def ReservarMelhores(  # noqa: N802
        self, request: pb.MelhoresRequest, context: Context
    ) -> pb.ReservaResponse:
        wanted, quantity = await self._requests.best(request)
        if quantity > self._seats.rules.most_seats:
            return await self._hold_reply(Answer(Refusal.OVER_LIMIT), ())
        answer, seats = await self._hold_best(wanted, quantity)
        if not seats:
            return _none_together(quantity)
        return await self._hold_reply(answer, seats)

    async def _hold_best(
        self, wanted: SeatRequest, quantity: int
    ) -> tuple[Answer, tuple[str, ...]]:
        """No seats: none are free together."""
        session, answer = wanted.session, Answer(Refusal.NONE_TOGETHER)
        seats = tuple[str, ...]()
        passed_over = set[str]()
        for attempt in range(_BEST_TRIES):
            snapshot = await self._seats.snapshot(session.id)
            best = best_seats(session.room, passed_over | snapshot.taken, quantity)
            # Spreads a crowd that wants the best group: each further try picks from more groups.
            choice = list(islice(best, 1 + attempt * _BEST_SPREAD))
            if not choice:
                break
            seats = tuple(random.choice(choice))  # noqa: S311 - a spread, not a secret
            answer = await self._hold(replace(wanted, seats=seats))
            if answer.refusal not in _SNATCHED:
                break
            passed_over.update(answer.failed)
        return answer, seats

    @refuses_gone_sessions
    async def LiberarAssento(  # noqa: N802
        self, request: pb.ReservaRequest, context: Context
    ) -> pb.ReservaResponse:
        wanted = await self._house_rules.whole_sofas(await self._requests.seats(request))
        answer = await self._seats.release(
            wanted.session.id, wanted.buyer, wanted.seats, wanted.token
        )
        return await self._reply(answer, wanted.seats, "Liberado: {seats}.")

    @refuses_gone_sessions
    async def EstenderReserva(  # noqa: N802
        self, request: pb.ReservaRequest, context: Context
    ) -> pb.ReservaResponse:
        wanted = await self._requests.optional_seats(request)
        seats = wanted.seats or await self._own_seats(wanted)
        if not seats:
            return reservation_reply(Answer(Refusal.HOLD_ENDED), seats, "")
        if wanted.session.cancelled:
            return reservation_reply(Answer(Refusal.SESSION_CANCELLED), seats, "")
        answer = await self._seats.extend(
            wanted.session.id, wanted.buyer, seats, wanted.token, wanted.session.closes_at_ms
        )
        return await self._reply(answer, seats, "Mais tempo para {seats}.")

    async def _own_seats(self, wanted: SeatRequest) -> tuple[str, ...]:
        """The buyer's holds; without holds the buyer's purchases, perhaps from another tab."""
        snapshot = await self._seats.snapshot(wanted.session.id)
        tag = owner_tag(wanted.session.id, wanted.buyer)
        return snapshot.held_by(tag) or snapshot.sold_to(tag)

    @refuses_gone_sessions
    async def ConfirmarPagamento(  # noqa: N802
        self, request: pb.ReservaRequest, context: Context
    ) -> pb.ReservaResponse:
        wanted = await self._requests.seats(request)
        purchase = await self._house_rules.judged(
            wanted, parse_purchase(request, wanted, self._person_secret)
        )
        answer = await self._confirm(wanted, purchase)
        return await self._reply(answer, wanted.seats, "Pagamento confirmado: {seats}.")

    async def _confirm(self, wanted: SeatRequest, purchase: Purchase) -> Answer:
        """Sells without a mail if the mail would exceed a limit: the order's page is the proof."""
        email, network = purchase.payer.email, wanted.network
        taken = bool(email) and not purchase.veto and await self._limits.reserve(email, network)
        if not taken:
            purchase = replace(purchase, mail_is_withheld=True)
        answer = await self._seats.confirm(wanted.session.id, wanted.buyer, purchase)
        if taken and not answer.tokens:
            await self._limits.give_back(email, network)
        return answer

    # It writes, instead of being iterated over.
    async def Lotes(  # type: ignore[override]  # noqa: N802
        self, requests: AsyncIterable[pb.LotePedidos], context: Context
    ) -> None:
        await self.batches.serve(requests, context)

    # --------------------------------------------------------------------- programme and seat map

    async def ListarSessoes(  # noqa: N802
        self, request: pb.Vazio, context: Context
    ) -> pb.SessoesResponse:
        answer = await self._session_list.get()
        if not self._fitness().problem:
            return answer
        return pb.SessoesResponse(
            sessoes=answer.sessoes, vendas_pausadas=True, cinema=answer.cinema
        )

    async def ObterCartaz(  # noqa: N802
        self, request: pb.CartazRequest, context: Context
    ) -> pb.Cartaz:
        picture = self._programme.pictures.get(request.filme_id)
        return pb.Cartaz(versao=picture.version, jpeg=picture.jpeg) if picture else pb.Cartaz()

    async def ObterMapa(  # noqa: N802
        self, request: pb.SessaoRequest, context: Context
    ) -> pb.MapaResponse:
        session = await self._requests.session(request.sessao_id)
        if request.sem_estados and not session.change:
            count = await self._seats.seat_count(session.id)
            taken, mapa = count.taken, count_message(session, count)
        else:
            snapshot = await self._seats.snapshot(session.id)
            taken, mapa = seats_of(session, snapshot.taken), snapshot_message(session, snapshot)
        answer = pb.MapaResponse(
            sessao=session_message(session, taken, _now_ms()),
            mapa=mapa,
            limite_assentos=self._seats.rules.most_seats,
            tempo_reserva_ms=self._seats.rules.hold_ms,
            meias_total=half_price_quota(len(session.room.seats)),
            cinema=self._programme.cinema,
        )
        answer.MergeFromString(rows_part(session))
        return answer

    async def AcompanharSessao(  # noqa: N802
        self, request: pb.SessaoRequest, context: Context
    ) -> AsyncIterator[pb.EventoSessao]:
        session = await self._requests.session(request.sessao_id)
        with self._watch_limit.stream_of(context.peer()):
            await self._feed.wait_until_open()
            async with self._feed.watch(session.id) as watcher:
                while True:
                    # Watch first, then read: the watcher queues changes during the read.
                    snapshot = await self._seats.snapshot(session.id)
                    session = await self._requests.session(session.id)
                    message = snapshot_message(session, snapshot)
                    message.vendas_pausadas = bool(self._fitness().problem)
                    yield pb.EventoSessao(instantaneo=message)
                    async for batch in watcher.updates_after(snapshot.version, snapshot.at_ms):
                        if request.em_lotes:
                            yield pb.EventoSessao(lote=pb.Lote(atualizacoes=batch))
                        else:
                            for update in batch:
                                yield pb.EventoSessao(atualizacao=update)

    async def VarrerSessao(  # noqa: N802
        self, request: pb.VarreduraRequest, context: Context
    ) -> pb.VarreduraResponse:
        """Holds of a dropped session end like any others."""
        if request.sessao_id:
            with suppress(SessionGone):
                await self._requests.session(request.sessao_id)
        return pb.VarreduraResponse(liberados=await self._sweeper.sweep(request.sessao_id))

    async def ObterSituacao(  # noqa: N802
        self, request: pb.Vazio, context: Context
    ) -> pb.SituacaoResponse:
        return pb.SituacaoResponse(problema=self._fitness().problem, aviso=self._fitness().warning)


def _none_together(quantity: int) -> pb.ReservaResponse:
    refusal = Refusal.NONE_TOGETHER
    return pb.ReservaResponse(mensagem=sentence(refusal, count=quantity), motivo=refusal)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
