"""The pages: HTML in the buyer's language that brings along what the page shows first, and the files that it needs."""

from collections.abc import Awaitable, Callable

import orjson
from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway import negotiation
from gateway.assets import Assets
from gateway.booking_faults import BookingDown
from gateway.compression import compress_fast
from gateway.context import Gateway, GatewayPart
from gateway.http_json import Json
from gateway.page_html import fill
from gateway.problems import Refused
from gateway.public_answers import PublicAnswer
from gateway.queries import Queries

# A page that comes without data asks for it; one that comes late is worse.
DATA_SECONDS = 0.5

_KEPT_FOR_GOOD = "max-age=31536000, immutable"
_ASKED_FOR_AGAIN = "no-cache"
_READ = ["GET", "HEAD"]

Data = Json | PublicAnswer | None
Query = Callable[[], Awaitable[Data]]

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=_READ)
async def programme_page(request: Request, gateway: GatewayPart) -> Response:
    return await _page(
        request, gateway, "index.html", lambda: gateway.answers.sessions(DATA_SECONDS)
    )


@router.api_route("/sessao/{session_id}/", methods=_READ)
@router.api_route("/sessao/{session_id}", methods=_READ)
async def session_page(session_id: str, request: Request, gateway: GatewayPart) -> Response:
    return await _page(
        request,
        gateway,
        "sessao.html",
        lambda: gateway.answers.session_map(session_id, DATA_SECONDS),
    )


@router.api_route("/pedido/{reference}/", methods=_READ)
@router.api_route("/pedido/{reference}", methods=_READ)
async def order_page(reference: str, request: Request, gateway: GatewayPart) -> Response:
    queries, buyer = Queries(gateway.booking, DATA_SECONDS), gateway.buyer_of(request)
    return await _page(request, gateway, "pedido.html", lambda: queries.order(reference, buyer))


@router.api_route("/static/{path:path}", methods=_READ)
async def static_file(path: str, request: Request, gateway: GatewayPart) -> Response:
    asset = gateway.assets.find(path)
    if asset is None:
        raise HTTPException(404)
    encoding = _encoding(request) if asset.is_text else ""
    headers = {"Content-Type": asset.media_type}
    if gateway.assets.is_current(path):
        headers["Cache-Control"] = _KEPT_FOR_GOOD
    else:
        headers |= {"Cache-Control": _ASKED_FOR_AGAIN, "ETag": asset.etag(encoding)}
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    return _response(asset.encoded(encoding), encoding, headers)


async def _page(request: Request, gateway: Gateway, name: str, query: Query) -> Response:
    """The page, and with it the buyer's cookie: issued, renewed, or replaced if it was tampered with."""
    status, data = await _data(request, gateway, query)
    language, encoding = _language(request), _encoding(request)
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Language": language}
    body = _body(gateway.assets, name, language, encoding, data)
    response = _response(body, encoding, headers, status)
    identity = gateway.identities.of_or_replaced(request)
    gateway.identities.write(response, identity)
    return response


async def _data(request: Request, gateway: Gateway, query: Query) -> tuple[int, Data]:
    """The page's status, and its data where booking can say in time what the page is about."""
    if not gateway.within_rate(request):
        return 200, None
    try:
        return 200, await query()
    except BookingDown:
        return 200, None
    except Refused as refusal:
        return refusal.problem.status, None


def _body(assets: Assets, name: str, language: str, encoding: str, data: Data) -> bytes:
    def compressed(json: Json | orjson.Fragment | None, first_look: str = "") -> bytes:
        html = fill(assets.text(name), language, assets.revision, json, first_look)
        return compress_fast(html.encode(), encoding)

    if not isinstance(data, PublicAnswer):
        return compressed(data)
    kind = (language, encoding, assets.revision)
    look = data.first_look
    return data.page(
        kind,
        lambda: compressed(orjson.Fragment(data.json), look.html(language) if look else ""),
    )


def _response(body: bytes, encoding: str, headers: dict[str, str], status: int = 200) -> Response:
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, status, {"Vary": "Accept-Encoding", **headers})


def _language(request: Request) -> str:
    return negotiation.language(
        request.cookies.get(negotiation.LANGUAGE_COOKIE), request.headers.get("accept-language", "")
    )


def _encoding(request: Request) -> str:
    return negotiation.encoding(request.headers.get("accept-encoding", ""))
