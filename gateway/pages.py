"""The pages: HTML in the buyer's language with the first data in it, and the files that they
need."""

from collections.abc import Awaitable, Callable
from functools import lru_cache

import orjson
from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway import negotiation
from gateway.assets import Assets
from gateway.booking_faults import BookingDown
from gateway.context import Gateway, GatewayPart
from gateway.costs import COSTS
from gateway.http_json import Json
from gateway.page_html import About, fill, head_of, head_tags, preload_header
from gateway.problems import TOO_MANY_REQUESTS, Refused, problem_answer
from gateway.public_answers import PublicAnswer

# Then the page comes without data and asks for it itself: better than a late page.
DATA_SECONDS = 0.5

_CACHED_FOREVER = "max-age=31536000, immutable"
_REVALIDATED = "no-cache"
_READ = ["GET", "HEAD"]
_FOR_PROGRAMS = ("/api/", "/static/", "/arte/", "/health/", "/ws/")
# A service worker keeps its address: the browser compares the file there to find a new version.
_WORKERS = {
    "order-worker.js": {
        "Service-Worker-Allowed": "/pedido/",
        "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
    }
}

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


@router.api_route("/pedido/", methods=_READ)
async def order_shell(request: Request, gateway: GatewayPart) -> Response:
    """The order's page without an order, which the service worker caches for use without a
    network."""
    return await _page(request, gateway, "pedido.html", _nothing)


@router.api_route("/pedido/{reference}/", methods=_READ)
@router.api_route("/pedido/{reference}", methods=_READ)
async def order_page(reference: str, request: Request, gateway: GatewayPart) -> Response:
    buyer = gateway.buyer_of(request)
    return await _page(
        request,
        gateway,
        "pedido.html",
        lambda: gateway.orders.json(reference, buyer, DATA_SECONDS),
    )


@router.api_route("/arte/{file}", methods=_READ)
async def film_art(file: str, request: Request, gateway: GatewayPart) -> Response:
    if not gateway.within_rate(request):
        raise Refused(TOO_MANY_REQUESTS)
    art = await gateway.gallery.find(file)
    if art is None:
        raise HTTPException(404)
    encoding = _encoding(request) if len(art.encoded) > 1 else ""
    headers = {"Content-Type": art.media_type, "Cache-Control": _CACHED_FOREVER}
    return _response(art.encoded[encoding], encoding, headers)


@router.api_route("/static/{path:path}", methods=_READ)
async def static_file(path: str, request: Request, gateway: GatewayPart) -> Response:
    asset = gateway.assets.find(path)
    if asset is None:
        raise HTTPException(404)
    encoding = _encoding(request) if asset.is_text else ""
    headers = {"Content-Type": asset.media_type, **_WORKERS.get(path, {})}
    if gateway.assets.is_current(path):
        headers["Cache-Control"] = _CACHED_FOREVER
    else:
        headers |= {"Cache-Control": _REVALIDATED, "ETag": asset.etag(encoding)}
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    return _response(asset.encoded(encoding), encoding, headers)


async def nothing_here(request: Request, error: Exception) -> Response:
    """The 404: a page for browsers that ask for one, else JSON."""
    gateway: Gateway = request.app.state.gateway
    is_page = not request.url.path.startswith(_FOR_PROGRAMS)
    wants_page = "text/html" in request.headers.get("accept", "")
    if not (is_page and wants_page and gateway.address_of(request).requests.take(COSTS["/"])):
        return await problem_answer(request, error)
    language, encoding = _language(request), _encoding(request)
    body = _body(gateway, "index.html", language, encoding, None)
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Language": language}
    return _response(body, encoding, headers, 404)


async def _nothing() -> Data:
    return None


async def _page(request: Request, gateway: Gateway, name: str, query: Query) -> Response:
    """The page, with the buyer's cookie: issued, renewed, or replaced if it is not ours."""
    status, data = await _data(request, gateway, query)
    language, encoding = _language(request), _encoding(request)
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": language,
        "Link": _preloads(gateway.assets, name, gateway.assets.revision),
    }
    body = _body(gateway, name, language, encoding, data)
    response = _response(body, encoding, headers, status)
    visitor = gateway.cookies.of_or_replaced(request)
    gateway.cookies.write(response, visitor)
    return response


@lru_cache(maxsize=16)
def _preloads(assets: Assets, name: str, revision: str) -> str:
    """Once a revision, since it reads the whole template."""
    return preload_header(assets.text(name), revision)


async def _data(request: Request, gateway: Gateway, query: Query) -> tuple[int, Data]:
    """The page's status, and its data if booking answers in time."""
    if not gateway.within_rate(request):
        return 200, None
    try:
        return 200, await query()
    except BookingDown:
        return 200, None
    except Refused as refusal:
        return refusal.problem.status, None


def _body(gateway: Gateway, name: str, language: str, encoding: str, data: Data) -> bytes:
    assets, public_url = gateway.assets, gateway.settings.public_url

    def compressed(
        json: Json | orjson.Fragment | None, about: About | None, first_look: str = ""
    ) -> bytes:
        head = head_tags(head_of(name, about, language), language, public_url)
        html = fill(assets.text(name), language, assets.revision, json, head, first_look)
        return negotiation.compress_fast(html.encode(), encoding)

    if not isinstance(data, PublicAnswer):
        return compressed(data, data)
    kind = (language, encoding, assets.revision)
    return data.page(
        kind,
        lambda: compressed(
            orjson.Fragment(data.json),
            data.about,
            data.first_look.html(language) if data.first_look else "",
        ),
    )


def _response(body: bytes, encoding: str, headers: dict[str, str], status: int = 200) -> Response:
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, status, {"Vary": "Accept-Encoding", **headers})


def _language(request: Request) -> str:
    """The choice made on the page comes in a cookie, or in the address if the browser stores no
    cookies."""
    name = negotiation.LANGUAGE_COOKIE
    chosen = request.query_params.get(name) or request.cookies.get(name)
    return negotiation.language(chosen, request.headers.get("accept-language", ""))


def _encoding(request: Request) -> str:
    return negotiation.encoding(request.headers.get("accept-encoding", ""))
