"""Parsing a browser's messages; the integration tests do the same over a real socket."""

import json

import pytest

import cinema_pb2 as pb
from cinema.tickets import Category
from gateway.messages import (
    Confirm,
    Extend,
    Faulty,
    Hold,
    HoldBest,
    Incoming,
    Release,
    Resync,
    parse,
)


def test_each_action_becomes_a_value_of_its_own() -> None:
    assert parse('{"acao":"bloquear","assentos":["f7","F08"],"id":"1"}') == Hold(
        id="1", assentos=["F07", "F08"]
    )
    assert parse('{"acao":"bloquear","assento":"F7"}') == Hold(assentos=["F07"])
    assert parse('{"acao":"bloquear","assento":"F7","em_troca_de":["f8"]}') == Hold(
        assentos=["F07"], em_troca_de=["F08"]
    )
    assert parse('{"acao":"liberar","assentos":["A1"]}') == Release(assentos=["A01"])
    assert parse('{"acao":"melhores","quantidade":3}') == HoldBest(quantidade=3)
    assert parse('{"acao":"estender","id":"5"}') == Extend(id="5")
    assert parse('{"acao":"ressincronizar"}') == Resync()


def test_a_payment_is_parsed_as_typed_and_validated_later() -> None:
    message = parse(
        '{"acao":"confirmar_pagamento","assentos":["F07"],"chave":"k",'
        '"pagamento":{"nomeCompleto":" Zé ","cpf":null}}'
    )
    assert isinstance(message, Confirm)
    assert (message.payment.name, message.payment.cpf, message.payment.email) == (" Zé ", None, "")
    assert message.key == "k"


def test_a_payment_may_have_categories_total_language_and_method() -> None:
    message = parse(
        '{"acao":"confirmar_pagamento","assentos":["F07","F08"],"ingressos":{"f8":"meia_idoso"},'
        '"total":4800,"idioma":"es","pagamento":{"forma":"pix"}}'
    )
    assert isinstance(message, Confirm)
    assert message.categories == {"F08": Category.SENIOR}
    assert (message.total, message.language, message.payment.method) == (4800, "es", "pix")


def test_an_older_page_pays_the_full_price_in_portuguese() -> None:
    message = parse('{"acao":"confirmar_pagamento","assento":"F07"}')
    assert isinstance(message, Confirm)
    assert (message.categories, message.total, message.language) == ({}, None, "pt-BR")
    assert message.payment.method == ""


def test_every_category_is_one_of_the_contract() -> None:
    assert {category.upper() for category in Category} == set(pb.Categoria.keys())


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({"ingressos": {"F07": "meia"}}, "meia_estudante"),
        ({"ingressos": {"F07": "INTEIRA"}}, "meia_estudante"),
        ({"ingressos": {"F07": 1}}, "categoria"),
        ({"ingressos": {"F07": None}}, "categoria"),
        ({"ingressos": {"F08": "inteira"}}, "categoria"),
        ({"ingressos": {"F07": "inteira", "f7": "meia_idoso"}}, "categoria"),
        ({"ingressos": {"*": "inteira"}}, "categoria"),
        ({"ingressos": ["F07"]}, "categoria"),
        ({"ingressos": "inteira"}, "categoria"),
        ({"ingressos": {f"A{n}": "inteira" for n in range(201)}}, "categoria"),
        ({"total": "4800"}, "centavos"),
        ({"total": 48.0}, "centavos"),
        ({"total": True}, "centavos"),
        ({"total": -1}, "centavos"),
        ({"total": 10**13}, "centavos"),
        ({"total": None}, "centavos"),
        ({"idioma": "fr"}, "pt-BR, en, es"),
        ({"idioma": "EN"}, "pt-BR, en, es"),
        ({"idioma": ["en"]}, "pt-BR, en, es"),
        ({"idioma": None}, "pt-BR, en, es"),
        ({"pagamento": {"forma": "dinheiro"}}, "forma"),
        ({"pagamento": {"forma": 1}}, "forma"),
    ],
)
def test_a_wrong_field_is_refused_with_advice(fields: dict[str, object], advice: str) -> None:
    fault = parse(json.dumps({"acao": "confirmar_pagamento", "assentos": ["F07"], **fields}))
    assert isinstance(fault, Faulty)
    assert (fault.reply_kind, fault.reason) == ("confirmacao_pagamento", "dados_invalidos")
    assert advice in fault.text


def test_session_and_buyer_in_a_message_are_ignored() -> None:
    assert parse('{"acao":"estender","sessao":{"x":[1]},"usuario_id":5}') == Extend()


def test_english_field_names_are_ignored() -> None:
    assert _reason(parse('{"acao":"bloquear","seats":["F07"]}')) == "dados_invalidos"


def test_the_limit_is_four_kibibytes_of_utf8() -> None:
    fits = {"acao": "estender", "enchimento": ""}
    fits["enchimento"] = "x" * (4_096 - len(json.dumps(fits)))
    assert parse(json.dumps(fits)) == Extend()
    fits["enchimento"] += "x"
    assert _reason(parse(json.dumps(fits))) == "mensagem_invalida"


@pytest.mark.parametrize("width", range(1, 4_000, 97))
def test_deep_nesting_and_huge_numbers_do_no_harm(width: int) -> None:
    for frame in ("[" * width, '{"acao":' * (width // 8), '{"acao":' + "9" * width + "}"):
        assert _reason(parse(frame)) == "mensagem_invalida"


def test_an_error_names_its_request() -> None:
    fault = parse('{"acao":"melhores","quantidade":0,"id":"7"}')
    assert isinstance(fault, Faulty)
    assert (fault.id, fault.reply_kind) == ("7", "melhores")


def _reason(message: Incoming) -> str:
    assert isinstance(message, Faulty)
    return message.reason
