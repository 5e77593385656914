"""The right to see an order, and the right to change it."""

import pytest

import cinema_pb2 as pb
from cinema.order_link import Reference, manage_path, view_path
from gateway.order_access import Access, access_of

ORDER = pb.Pedido(
    pedido_id="07-abcdefghijklmnopqrstuv", usuario_id="ana", link_token="11" * 16, chave="22" * 16
)
FROM_BEFORE = pb.Pedido(pedido_id=ORDER.pedido_id, usuario_id="ana")


@pytest.mark.parametrize(
    ("token", "buyer", "access"),
    [
        ("", "", Access.NONE),
        ("", "bia", Access.NONE),
        ("", "ana", Access.MANAGE),
        (ORDER.link_token, "", Access.VIEW),
        (ORDER.link_token, "bia", Access.VIEW),
        (ORDER.link_token, "ana", Access.MANAGE),
        (ORDER.chave, "", Access.MANAGE),
        (ORDER.chave, "bia", Access.MANAGE),
        ("33" * 16, "", Access.NONE),
        ("33" * 16, "ana", Access.NONE),
        (ORDER.link_token[:-1], "", Access.NONE),
        (ORDER.link_token + "1", "", Access.NONE),
        (ORDER.link_token + ORDER.chave, "", Access.NONE),
        ("é", "", Access.NONE),
    ],
)
def test_the_link_shows_an_order_and_the_buyer_or_the_manage_token_changes_it(
    token: str, buyer: str, access: Access
) -> None:
    assert access_of(ORDER, token, buyer) is access


def test_an_order_from_before_there_were_tokens_is_opened_by_its_id_alone() -> None:
    assert access_of(FROM_BEFORE, "", "") is Access.MANAGE
    assert access_of(FROM_BEFORE, "11" * 16, "") is Access.NONE


def test_an_order_without_a_buyer_belongs_to_nobody() -> None:
    order = pb.Pedido(link_token="11" * 16, chave="22" * 16)
    assert access_of(order, "", "") is Access.NONE


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "." * 100, "07-x.", "%00", "a" * 5_000])
def test_any_text_parses_as_a_reference(text: str) -> None:
    reference = Reference.parse(text)
    assert text.startswith(reference.order_id)


def test_a_reference_is_read_as_it_is_written_and_fits_one_segment_of_a_path() -> None:
    for path in (view_path(ORDER), manage_path(ORDER), view_path(FROM_BEFORE)):
        prefix, _, text = path.rpartition("/")
        assert prefix == "/pedido"
        assert str(Reference.parse(text)) == text
    assert view_path(FROM_BEFORE) == manage_path(FROM_BEFORE) == f"/pedido/{ORDER.pedido_id}"
    assert "2" * 32 not in repr(Reference.parse(manage_path(ORDER)[8:]))
