"""The answers to HTTP requests that are refused or fail: a status and JSON in Portuguese, never
a traceback."""

from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from gateway import api_types
from gateway.booking_faults import BookingDown, Malformed, NotFound
from gateway.reasons import Reason


@dataclass(frozen=True)
class Problem:
    """`reason` is the answer's `motivo`, `text` its `mensagem`."""

    status: int
    reason: str
    text: str


class Refused(Exception):
    """Ends a request with the problem as its answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


UNKNOWN_SESSION = Problem(404, Reason.UNKNOWN_SESSION, "Esta sessão não existe.")
UNKNOWN_ORDER = Problem(404, Reason.UNKNOWN_ORDER, "Este pedido não existe.")
VIEW_ONLY = Problem(
    403,
    Reason.VIEW_ONLY,
    "Este link só mostra o pedido. Use o link de gestão que está no e-mail da compra.",
)
NOTHING_TO_ATTEND = Problem(
    409, Reason.NOTHING_TO_ATTEND, "O pedido foi cancelado, ou a sessão saiu da programação."
)
FOREIGN_ORIGIN = Problem(
    403, Reason.FOREIGN_ORIGIN, "Esta solicitação não veio de uma página nossa."
)
NO_HOST = Problem(400, Reason.NO_HOST, "A solicitação não informa o endereço (Host).")
# RFC 9110, 15.5.20: the request came to a server that does not answer for that name.
FOREIGN_HOST = Problem(421, Reason.FOREIGN_HOST, "Este não é o endereço do cinema.")
TOO_MANY_REQUESTS = Problem(
    429, Reason.TOO_MANY_REQUESTS, "Muitas solicitações em pouco tempo. Espere um pouco."
)
_DOWN = Problem(
    503,
    Reason.BOOKING_DOWN,
    "As vendas estão fora do ar por um instante. Tente de novo em seguida.",
)
# Nobody reads it: the client has closed the connection.
_UNFINISHED = Problem(400, Reason.INVALID_FIELD, "A solicitação chegou incompleta.")
_FAULT = Problem(500, Reason.FAULT, "Algo deu errado aqui. Tente de novo.")
_BY_STATUS = {
    404: (Reason.NOT_FOUND, "Não há nada neste endereço."),
    405: (Reason.WRONG_METHOD, "Este endereço não aceita este método."),
}
_OTHER = (Reason.OTHER, "A solicitação foi recusada.")

# For a router's `responses`.
IN_DOCS: dict[int | str, dict[str, Any]] = {
    "default": {"model": api_types.ProblemBody, "description": "Refused; `motivo` says why."}
}


def add_problem_handlers(app: FastAPI) -> None:
    """Answers every exception that a route may raise. Uvicorn also logs the unexpected ones."""
    for kind in (
        Refused,
        BookingDown,
        NotFound,
        Malformed,
        HTTPException,
        RequestValidationError,
        ClientDisconnect,
        Exception,
    ):
        app.add_exception_handler(kind, problem_answer)


def answer_to(problem: Problem) -> JSONResponse:
    return JSONResponse({"motivo": problem.reason, "mensagem": problem.text}, problem.status)


async def problem_answer(_request: Request, error: Exception) -> JSONResponse:
    return answer_to(_problem(error))


def _problem(error: Exception) -> Problem:
    match error:
        case Refused():
            return error.problem
        case BookingDown():
            return _DOWN
        case NotFound():
            return UNKNOWN_ORDER
        case Malformed():
            return Problem(400, Reason.INVALID_FIELD, str(error))
        case RequestValidationError():
            field = error.errors()[0]["loc"][-1]
            return Problem(400, Reason.INVALID_FIELD, f"O campo {field} falta ou está incorreto.")
        case ClientDisconnect():
            return _UNFINISHED
        case HTTPException():
            return Problem(error.status_code, *_BY_STATUS.get(error.status_code, _OTHER))
    return _FAULT
