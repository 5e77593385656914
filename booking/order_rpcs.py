"""The RPCs about a sold order: show it, cancel it, send its mail again or to another address."""

import time
from collections.abc import Callable

import cinema_pb2 as pb
from booking.answer import Answer
from booking.faults import Context
from booking.giving_back import companions_left_alone, parse_order_seats, whole_sofas
from booking.groups import groups
from booking.mail_rpcs import MailRpcs
from booking.order import Order
from booking.order_replies import order_message
from booking.orders import Correction
from booking.programme import Session
from booking.programme.file import ProgrammeFile
from booking.replies import reservation_reply
from booking.requests import InvalidRequest, parse_buyer, parse_email, parse_network
from booking.stores import Stores
from booking.ticket_changes import cancellable_until
from cinema.identity import owner_tag
from cinema.mail_state import MailState
from cinema.refusals import Refusal


class OrderRpcs(MailRpcs):
    def __init__(self, stores: Stores, programme: ProgrammeFile, cancel_until_ms: int) -> None:
        super().__init__(stores, programme, cancel_until_ms)
        self._orders = stores.orders
        self._buyer_orders = stores.buyer_orders
        self._limits = stores.mail_limits

    async def ObterPedido(  # noqa: N802 - the contract's names
        self, request: pb.PedidoRequest, context: Context
    ) -> pb.Pedido:
        return self._order_message(await self._order(request.pedido_id))

    async def ObterPedidos(  # noqa: N802
        self, request: pb.PedidosRequest, context: Context
    ) -> pb.PedidosResponse:
        answer = pb.PedidosResponse()
        for order_ids in groups(request.pedido_ids):
            found = zip(order_ids, await self._orders.get_all(order_ids), strict=True)
            for order_id, order in found:
                if order is None:
                    await self._must_not_be_lost(order_id)
                answer.pedidos.append(self._order_message(order) if order else pb.Pedido())
        return answer

    def _order_message(self, order: Order) -> pb.Pedido:
        return order_message(order, self._programme_file.current, self._cancel_until_ms, _now_ms())

    async def ListarPedidosDoComprador(  # noqa: N802
        self, request: pb.PedidosDoCompradorRequest, context: Context
    ) -> pb.PedidosResponse:
        orders = await self._buyer_orders.of(parse_buyer(request.usuario_id))
        return pb.PedidosResponse(pedidos=[self._order_message(order) for order in orders])

    async def ListarPedidos(  # noqa: N802
        self, request: pb.ListarPedidosRequest, context: Context
    ) -> pb.ListarPedidosResponse:
        orders, cursor = await self._orders.page(request.cursor)
        return pb.ListarPedidosResponse(
            pedidos=[self._order_message(order) for order in orders], cursor=cursor
        )

    async def CancelarPedido(  # noqa: N802
        self, request: pb.PedidoRequest, context: Context
    ) -> pb.ReservaResponse:
        network = parse_network(request.rede)
        return await self._give_back(request.pedido_id, lambda order: order.seats, network)

    async def CancelarAssentos(  # noqa: N802
        self, request: pb.CancelarAssentosRequest, context: Context
    ) -> pb.ReservaResponse:
        network = parse_network(request.rede)

        def asked(order: Order) -> tuple[str, ...]:
            return whole_sofas(order, parse_order_seats(request, order), self._session_of(order))

        return await self._give_back(request.pedido_id, asked, network)

    async def _give_back(
        self, order_id: str, asked: Callable[[Order], tuple[str, ...]], network: str
    ) -> pb.ReservaResponse:
        """`asked` chooses some of the order's seats. Seats that were given back before are
        skipped."""
        while True:
            order = await self._order(order_id)
            seats = asked(order)
            leaving = () if order.cancelled else tuple(s for s in order.seats if s in seats)
            if not leaving:
                return _cancelled(order, seats)
            if refusal := await self._refusal_to_give_back(order, leaving):
                return reservation_reply(refusal, seats, "")
            # If another tab was quicker, read the order again: it has fewer seats now.
            if await self._seats.cancel(order, leaving):
                break
        if order.payer.email:
            await self._limits.note_cancellation(order.payer.email, network)
        return _cancelled(order, seats)

    async def _refusal_to_give_back(self, order: Order, leaving: tuple[str, ...]) -> Answer | None:
        session = self._session_of(order)
        if _now_ms() > cancellable_until(order, session, self._cancel_until_ms):
            return Answer(Refusal.TOO_LATE_TO_CANCEL)
        if session is None or len(leaving) == len(order.seats):
            return None
        bought = (await self._seats.snapshot(session.id)).sold_to(
            owner_tag(session.id, order.buyer)
        )
        alone = companions_left_alone(order, leaving, bought, session)
        return Answer(Refusal.COMPANION_ALONE, alone) if alone else None

    def _session_of(self, order: Order) -> Session | None:
        return self._programme_file.current.sessions.get(order.session_id)

    async def ReenviarEmail(  # noqa: N802
        self, request: pb.PedidoRequest, context: Context
    ) -> pb.ReservaResponse:
        order, network = await self._order(request.pedido_id), parse_network(request.rede)
        _must_be_valid(order)
        if not order.payer.email:
            raise InvalidRequest("O pedido não tem e-mail.")
        if order.mail is not MailState.PENDING:
            if not await self._limits.reserve(order.payer.email, network, order.id):
                return _refusal(order, Refusal.TOO_MANY_MAILS)
            await self._orders.resend_mail(order)
        return _done(order, "E-mail a caminho.")

    async def CorrigirEmail(  # noqa: N802
        self, request: pb.CorrecaoRequest, context: Context
    ) -> pb.ReservaResponse:
        email, network = parse_email(request.email), parse_network(request.rede)
        order = await self._order(request.pedido_id)
        _must_be_valid(order)
        if order.payer.email == email:
            return _done(order, "E-mail corrigido.")
        if order.corrections >= self._limits.rules.most_corrections:
            return self._no_more_corrections(order)
        # Not counted as a repeated mail: a buyer notices a wrong address by asking again in vain.
        if not await self._limits.reserve(email, network):
            return _refusal(order, Refusal.TOO_MANY_MAILS)
        return await self._correct(order, email)

    async def _correct(self, order: Order, email: str) -> pb.ReservaResponse:
        outcome = await self._orders.correct_email(
            order, email, self._limits.rules.most_corrections
        )
        match outcome:
            case Correction.NO_ORDER:
                raise await self._unknown(order.id)
            case Correction.CANCELLED:
                raise InvalidRequest(_CANCELLED)
            case Correction.ERASED:
                raise InvalidRequest(_ERASED)
            case Correction.NO_MORE:
                return self._no_more_corrections(order)
        return _done(order, "E-mail corrigido.")

    def _no_more_corrections(self, order: Order) -> pb.ReservaResponse:
        most = self._limits.rules.most_corrections
        return reservation_reply(Answer(Refusal.TOO_MANY_CORRECTIONS), order.seats, "", most)

    async def _order(self, order_id: str) -> Order:
        order = await self._orders.get(order_id)
        if order is None:
            raise await self._unknown(order_id)
        return order


_ERASED = "Os dados pessoais deste pedido foram apagados: ele não recebe mais e-mails."
_CANCELLED = "O pedido foi cancelado: não há ingresso para enviar."


def _must_be_valid(order: Order) -> None:
    """The order has a ticket and may have a mailbox. Raises InvalidRequest."""
    if order.erased_at:
        raise InvalidRequest(_ERASED)
    if order.cancelled:
        raise InvalidRequest(_CANCELLED)


def _cancelled(order: Order, seats: tuple[str, ...]) -> pb.ReservaResponse:
    return reservation_reply(Answer(order_id=order.id), seats, "Cancelado: {seats}.")


def _done(order: Order, text: str) -> pb.ReservaResponse:
    return reservation_reply(Answer(order_id=order.id), order.seats, text)


def _refusal(order: Order, refusal: Refusal) -> pb.ReservaResponse:
    return reservation_reply(Answer(refusal), order.seats, "")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
