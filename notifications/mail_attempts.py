"""One attempt at sending one mail, and the record of it for booking."""

import logging
import traceback

import cinema_pb2 as pb
from cinema.mail_state import MailKind
from cinema.order_code import order_code
from cinema.retry import brief
from notifications.dependency import DependencyDown
from notifications.mail_rules import COPIES, MailRules
from notifications.mail_server import MailServer
from notifications.mailer import MailDelayed, Mailer, MailRefused, MailUnknown

log = logging.getLogger(__name__)

_NAMES = {MailKind.TICKET: "ticket", MailKind.CANCELLATION: "cancellation"}


class MailAttempts:
    """Log lines name an order by its code."""

    def __init__(self, mailer: Mailer, server: MailServer, rules: MailRules) -> None:
        self._mailer = mailer
        self._server = server
        self._rules = rules

    async def attempt(self, mail: pb.EmailDevido) -> pb.RegistroEmail:
        """The record: sent, failed for good, or due again later.

        Raises DependencyDown if the server is away, or refuses every mail: that is not this mail's
        fault.
        """
        code = order_code(mail.pedido.pedido_id)
        try:
            await self._send(mail)
        except DependencyDown as down:
            self._server.refused_everybody(down)
            raise
        except MailRefused as refused:
            self._server.answered()
            log.warning("order %s: its mail is refused, %s", code, brief(refused))
            return _record_of(mail, pb.EMAIL_FALHOU, refused.for_buyer)
        except MailUnknown as unknown:
            return self._after_unknown(mail, unknown)
        except MailDelayed as delayed:
            self._server.answered()
            return self._after_delay(mail, brief(delayed), delayed.for_buyer)
        except Exception as error:  # noqa: BLE001 - the others go on
            # The traceback without the exception's text, which may name the buyer.
            trace = "".join(traceback.format_tb(error.__traceback__))
            log.error("order %s: %s\n%s", code, type(error).__name__, trace)
            return self._after_delay(mail, f"unexpected {type(error).__name__}", "")
        self._server.answered()
        log.info("order %s: %s mailed", code, _NAMES[MailKind(mail.tipo)])
        return _record_of(mail, pb.EMAIL_ENVIADO)

    async def _send(self, mail: pb.EmailDevido) -> None:
        if mail.tipo == MailKind.CANCELLATION:
            await self._mailer.send_cancellation(mail.pedido)
        else:
            await self._mailer.send_ticket(mail.pedido)

    def _after_delay(self, mail: pb.EmailDevido, why: str, for_buyer: str) -> pb.RegistroEmail:
        mail.tentativas += 1
        return self._postponed_or_given_up(mail, why, for_buyer)

    def _after_unknown(self, mail: pb.EmailDevido, unknown: MailUnknown) -> pb.RegistroEmail:
        mail.tentativas += 1
        mail.copias += 1
        if mail.copias >= COPIES:
            return _given_up(mail, brief(unknown), unknown.for_buyer)
        return self._postponed_or_given_up(mail, brief(unknown), unknown.for_buyer)

    def _postponed_or_given_up(
        self, mail: pb.EmailDevido, why: str, for_buyer: str
    ) -> pb.RegistroEmail:
        pause = self._rules.pause(mail.tentativas)
        if pause is None:
            return _given_up(mail, why, for_buyer)
        code = order_code(mail.pedido.pedido_id)
        log.info("order %s: its mail is tried again in %.0f s, %s", code, pause, why)
        return postponed(mail, pause)


def postponed(mail: pb.EmailDevido, pause: float) -> pb.RegistroEmail:
    """The record of a mail that is due again in `pause` seconds."""
    record = _record_of(mail, pb.EMAIL_PENDENTE)
    record.tentar_em_ms = round(pause * 1_000)
    record.tentativas, record.copias = mail.tentativas, mail.copias
    return record


def _given_up(mail: pb.EmailDevido, why: str, for_buyer: str) -> pb.RegistroEmail:
    code = order_code(mail.pedido.pedido_id)
    log.error("order %s: its mail is given up after %d tries, %s", code, mail.tentativas, why)
    return _record_of(mail, pb.EMAIL_FALHOU, for_buyer)


def _record_of(mail: pb.EmailDevido, state: pb.EstadoEmail, reason: str = "") -> pb.RegistroEmail:
    order = mail.pedido
    return pb.RegistroEmail(
        pedido_id=order.pedido_id,
        estado=state,
        motivo=reason,
        tipo=mail.tipo,
        correcoes=order.correcoes,
        devolucoes=len(order.devolvidos),
    )
