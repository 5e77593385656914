"""The buyer's cookie, and the origins that may open a socket."""

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response

from cinema.identity import is_valid_buyer
from gateway.buyer_cookie import BuyerCookies, Visitor
from gateway.origins import Origins

SECRET = b"a secret of the tests"


def cookie_of(cookies: BuyerCookies, visitor: Visitor) -> str:
    response = Response()
    cookies.write(response, visitor)
    return response.headers["set-cookie"].split(";")[0].partition("=")[2]


def browser(name: str, cookie: str) -> HTTPConnection:
    raw = f"{name}={cookie}".encode(errors="replace")
    return HTTPConnection({"type": "http", "headers": [(b"cookie", raw)]})


def test_a_new_visitor_gets_a_buyer_that_the_cookie_remembers() -> None:
    cookies = BuyerCookies([SECRET], secure=True)
    first, second = cookies.read(None), cookies.read(None)
    assert first is not None
    assert second is not None
    assert first.buyer != second.buyer
    assert is_valid_buyer(first.buyer)
    assert cookies.read(cookie_of(cookies, first)) == Visitor(first.buyer)


def test_a_cookie_that_we_did_not_sign_has_no_buyer() -> None:
    cookies = BuyerCookies([SECRET], secure=True)
    other = BuyerCookies([b"somebody else's secret"], secure=True)
    good = cookie_of(cookies, Visitor("ana"))
    forgeries = [
        "",
        "ana",
        "ana.",
        ".x",
        "rui" + good[3:],
        good[:-1],
        good + "x",
        "ção",
        "\ud800",
        "x" * 5_000,
    ]
    for cookie in [*forgeries, cookie_of(other, Visitor("ana"))]:
        assert cookies.read(cookie) is None
        assert cookies.of_or_replaced(browser(cookies.cookie_name, cookie)).is_new


def test_cookies_survive_a_rotation_of_the_secret() -> None:
    before = BuyerCookies([SECRET], secure=False)
    during = BuyerCookies([b"the next secret of the tests", SECRET], secure=False)
    after = BuyerCookies([b"the next secret of the tests"], secure=False)
    old = cookie_of(before, Visitor("ana"))
    assert during.read(old) == Visitor("ana")
    renewed = cookie_of(during, Visitor("ana"))
    assert after.read(renewed) == Visitor("ana")
    assert after.read(old) is None
    assert before.read(renewed) is None


def test_over_https_no_other_host_can_set_the_cookie() -> None:
    guarded = BuyerCookies([SECRET], secure=True)
    assert guarded.cookie_name == "__Host-comprador"
    cookie = cookie_of(guarded, Visitor("ana"))
    assert guarded.of(browser("__Host-comprador", cookie)) == Visitor("ana")
    tossed = guarded.of(browser("comprador", cookie))  # by a neighbour below our domain
    assert tossed is not None
    assert tossed.is_new


def connection(**headers: str) -> HTTPConnection:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "websocket", "headers": raw})


@pytest.mark.parametrize(
    ("origin", "host", "admitted"),
    [
        ("http://localhost:8000", "localhost:8000", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("https://cinema.example", "cinema.example", True),
        ("https://cinema.example", "cinema.example:443", True),
        (
            "https://CINEMA.example",
            "internal:8000",
            True,
        ),  # PUBLIC_URL, behind a proxy that changes Host
        ("https://partner.example", "localhost:8000", True),
        ("http://localhost:8001", "localhost:8000", False),
        ("http://localhost", "localhost:8000", False),
        ("http://evil.example", "localhost:8000", False),
        ("http://localhost:8000.evil.example", "localhost:8000", False),
        ("http://localhost:8000@evil.example", "localhost:8000", False),
        ("http://evil.example", "", False),
        ("null", "localhost:8000", False),
        ("", "", False),
        ("file://", "", False),
        ("http://[", "localhost:8000", False),
        ("http://localhost:x", "localhost:8000", False),
    ],
)
def test_a_socket_is_for_our_own_origin_and_those_in_the_settings(
    origin: str, host: str, admitted: bool
) -> None:
    origins = Origins("https://cinema.example", "https://partner.example/, ")
    assert origins.admits(connection(origin=origin, host=host)) is admitted


def test_a_client_without_an_origin_is_admitted() -> None:
    assert Origins("https://cinema.example", "").admits(connection(host="x"))


def test_sec_fetch_site_decides_before_the_origin() -> None:
    origins = Origins("https://cinema.example", "")
    assert origins.admits(connection(origin="null", sec_fetch_site="same-origin"))
    assert not origins.admits(connection(origin="null", sec_fetch_site="cross-site"))
