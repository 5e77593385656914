"""How a fault in the programme's file is reported."""

import random
import re
from pathlib import Path

import pytest

from booking.programme import ProgrammeError, load_programme
from tests.support.programmes import GOOD, changed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "programacao.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def with_text(file: Path, text: str | bytes) -> None:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    load_programme(file)


def refusal(file: Path, text: str | bytes) -> str:
    with pytest.raises(ProgrammeError) as error:
        with_text(file, text)
    return str(error.value)


# The text that is replaced, the text instead, the line of the fault, and what is said.
FAULTS = [
    # syntax
    ("duracao_min = 158", "duracao_min 158", 4, "sintaxe: falta o sinal = depois da chave"),
    ("duracao_min = 158", "duracao_min = 158 min", 4, "sintaxe: sobra texto depois do valor"),
    ('id = "azul"', "id = azul", 9, "sintaxe: valor inválido (coluna 6)"),
    ('id = "azul"', 'id = "azul', 9, "sintaxe: caractere proibido, ou texto sem as aspas finais"),
    ('id = "azul"', "= 3", 9, "sintaxe: não é uma chave nem uma tabela (coluna 1)"),
    ("[[salas]]", "[[salas]", 8, "sintaxe: falta o ] do título"),
    ('nome = "Sala Azul"', 'nome = "A"\nnome = "B"', 11, "sintaxe: chave repetida"),
    ("2026-12-13T17:45:00", "2026-02-30T17:45:00", 21, "sintaxe: data ou hora inválida"),
    ("premium = 4400 }", "premium = 4400", 22, "sintaxe: tabela sem o } final"),
    ("premium = 4400", "comum = 4400", 22, "sintaxe: chave repetida"),
    ("{ comum = 0 }\n", "[1", 30, "sintaxe: lista sem o ] final"),
    ("158", "9" * 5000, 4, "sintaxe: número grande demais"),
    ("158", "[" * 5000 + "]" * 5000, 1, "estrutura aninhada demais"),
    # keys and types
    ('filme = "agente"\n', "", 16, "filme: falta esta chave"),
    ('sinopse = ""', 'sinopse = ""\ndiretor = "X"', 7, "diretor: chave desconhecida"),
    ("[[filmes]]", "[teatro]\n[[filmes]]", 1, "teatro: chave desconhecida"),
    ('"16"', "16", 5, "classificacao: deve ser um texto"),
    ("158", '"158"', 4, "duracao_min: deve ser um número inteiro"),
    ("158", "158.5", 4, "duracao_min: deve ser um número inteiro"),
    ("158", "0x" + "f" * 9000, 4, "duracao_min: "),
    ("158", "1e999", 4, "duracao_min: deve ser um número inteiro"),
    ("158", "true", 4, "duracao_min: deve ser um número inteiro"),
    ("158", "0", 4, "duracao_min: deve ser no mínimo 1"),
    ("158", "9999", 4, "duracao_min: pode ser no máximo 1440"),
    ('"Sala Azul"', '""', 10, "nome: não pode ser vazio"),
    ('"Sala Azul"', '"Sala\\nAzul"', 10, "nome: deve ser uma só linha, sem espaços nas pontas"),
    ('"Sala Azul"', f'"{"x" * 121}"', 10, "nome: pode ter no máximo 120 caracteres"),
    # identifiers
    ('id = "S1"', 'id = "S0"', 25, "id: 'S0' já existe"),
    ('id = "S1"', 'id = "S:1"', 17, "id: deve ter de 1 a 32 letras sem acento, algarismos, _ ou -"),
    ('id = "S1"', 'id = ""', 17, "id: deve ter de 1 a 32 letras sem acento, algarismos, _ ou -"),
    ('id = "S1"', 'id = "S1\\n"', 17, "id: deve ter de 1 a 32 letras sem acento"),
    ('id = "S1"', f'id = "{"x" * 33}"', 17, "id: deve ter de 1 a 32 letras sem acento"),
    ('filme = "agente"', 'filme = "outro"', 18, "filme: não há filme 'outro'"),
    ('sala = "azul"', 'sala = "verde"', 19, "sala: não há sala 'verde'"),
    # rooms
    ("B MO.", "B MX.", 13, "fileiras: fileira B: marca desconhecida 'X' na posição 2"),
    ("B MO.", "A MO.", 13, "fileiras: a fileira A aparece duas vezes"),
    ("B MO.", "b MO.", 13, "fileiras: 'b MO.__DD' não é uma fileira"),
    ("B MO.", "B1 MO.", 13, "não é uma fileira: nome de A a ZZ, um espaço e uma marca por lugar"),
    ("B MO.__DD", "B", 13, "fileiras: 'B' não é uma fileira"),
    ("B MO.__DD", "B ____", 13, "fileiras: fileira B: nenhum lugar"),
    ("B MO.__DD", "B " + "." * 301, 13, "fileiras: fileira B: mais de 300 marcas"),
    ('"B MO.__DD"', "7", 13, "fileiras: 7 não é uma fileira"),
    ('"A CA.._PP",  # perto da tela\n  "B MO.__DD",', "", 11, "fileiras: não pode ficar sem itens"),
    *(
        (
            'nome = "Sala Azul"',
            f'nome = "Sala Azul"\nblocos = {blocks}',
            11,
            fault,
        )
        for blocks, fault in (
            ('"Mezanino"', "blocos: deve ser uma lista"),
            ('[{ nome = "Mezanino" }]', "desde: falta esta chave"),
            ('[{ nome = "", desde = "B" }]', "nome: não pode ser vazio"),
            ('[{ nome = "Mezanino", desde = "C" }]', "desde: não há fileira 'C'"),
            (
                '[{ nome = "X", desde = "B" }, { nome = "Y", desde = "B" }]',
                "desde: outro bloco já começa na fileira B",
            ),
        )
    ),
    # prices
    ("comum = 3200", "comum = -1", 22, "precos.comum: não pode ser negativo"),
    ("premium = 4400", "premium = 44.5", 22, "precos.premium: deve ser um número inteiro"),
    ("premium = 4400", 'premium = "44"', 22, "precos.premium: deve ser um número inteiro"),
    (
        "premium = 4400",
        "premium = 1_000_000_000",
        22,
        "precos.premium: pode ser no máximo 10000000",
    ),
    ("premium = 4400", "vip = 4400", 22, "precos.vip: tipo de lugar desconhecido"),
    ("comum = 3200, ", "", 22, "precos: falta o preço comum"),
    ("{ comum = 0 }", "3200", 30, "precos: deve ser uma tabela"),
    # times
    ("2026-12-13T17:45:00", "2026-12-13", 21, "inicio: deve ser data e hora sem fuso"),
    ("2026-12-13T17:45:00", '"17:45"', 21, "inicio: deve ser data e hora sem fuso"),
    ("2026-12-13T17:45:00", "2026-12-13T17:45:00Z", 21, "inicio: deve ser data e hora sem fuso"),
    ("2026-12-13T17:45:00", "1926-12-13T17:45:00", 21, "inicio: ano fora de 2000 a 2099"),
    # times and texts as hands and editors write them
    *(
        ("2026-12-13T17:45:00", hand_made, 21, "o início se escreve 2026-12-13T17:45:00, ou só")
        for hand_made in (
            "2026-12-13T17:45",
            "2026-12-13 17:45",
            "17:45",
            "17h45",
            "7:45:00",
            "01/03/2027 20:00",
            "01/03/2027",
            "13-12-2026 17:45:00",
            "2026-13-12T17:45:00",
            "2026-12-13T17h45",
            "2026-12-13T17:45:61",
            "13 de dezembro",
            "",
        )
    ),
    *(
        ("2026-12-13T17:45:00", midnight, 21, "a meia-noite é 00:00:00 do dia seguinte")
        for midnight in ("24:00:00", "2026-12-13T24:00:00", "2026-12-13 24:00")
    ),
    *(
        (old, new, line, "aspas retas")
        for old, new, line in (
            ('"O Agente Secreto"', "\u201cO Agente Secreto\u201d", 3),
            ('"O Agente Secreto"', "\u2018O Agente Secreto\u2019", 3),
            ('"O Agente Secreto"', "\u00abO Agente Secreto\u00bb", 3),
            ('"B MO.__DD"', "\u201cB MO.__DD\u201d", 13),
            ("2026-12-13T17:45:00", "\u201c2026-12-13T17:45:00\u201d", 21),
        )
    ),
]


class TestFaultyProgramme:
    @pytest.mark.parametrize(("old", "new", "line", "said"), FAULTS)
    def test_a_fault_is_one_portuguese_line_that_names_its_place(
        self, file: Path, old: str, new: str, line: int, said: str
    ) -> None:
        fault = refusal(file, changed(old, new))
        assert fault.startswith(f"programacao.toml, linha {line}: ")
        assert said in fault
        assert "\n" not in fault

    def test_faults_come_in_the_order_of_their_lines(self, file: Path) -> None:
        text = changed('idioma = "dublado"\n', "").replace("158", "-1").replace("4400", "-1")
        assert refusal(file, text).splitlines() == [
            "programacao.toml, linha 4: duracao_min: deve ser no mínimo 1",
            "programacao.toml, linha 22: precos.premium: não pode ser negativo",
            "programacao.toml, linha 24: idioma: falta esta chave",
        ]

    def test_a_room_of_absurd_size_is_refused(self, file: Path) -> None:
        rows = "".join(f'"{a}{b} {"." * 100}",\n' for a in "ABC" for b in "ABCDEFGHIJKLMNOPQ")
        fault = refusal(file, changed('"B MO.__DD",\n', rows))
        assert fault == (
            "programacao.toml, linha 11: fileiras: 5106 lugares, mais que os 5000 permitidos"
        )

    def test_a_programme_without_sessions_is_refused(self, file: Path) -> None:
        fault = refusal(file, GOOD[: GOOD.index("[[sessoes]]")])
        assert fault == "programacao.toml, linha 1: sessoes: falta esta chave"

    def test_the_line_is_right_after_texts_of_several_lines_and_quoted_keys(
        self, file: Path
    ) -> None:
        text = changed('sinopse = ""', 'sinopse = """\n[[salas]]\nid = "não" # é texto\n"""')
        text = text.replace("precos = { comum = 3200, premium = 4400 }", '"precos".comum = -1')
        assert refusal(file, text).startswith("programacao.toml, linha 25: precos.comum: ")

    def test_a_table_of_prices_of_its_own_names_the_line_within(self, file: Path) -> None:
        text = changed("precos = { comum = 0 }", "[sessoes.precos]\ncomum = 0\nobeso = -1")
        assert refusal(file, text).startswith("programacao.toml, linha 32: precos.obeso: ")

    def test_a_missing_file_is_a_fault(self, tmp_path: Path) -> None:
        with pytest.raises(ProgrammeError, match=r"^nenhuma\.toml: não pode ser lido \("):
            load_programme(tmp_path / "nenhuma.toml")

    def test_a_file_in_another_encoding_is_a_fault_with_its_line(self, file: Path) -> None:
        fault = refusal(file, changed("Azul", "Azúl").encode("latin-1"))
        assert fault == "programacao.toml, linha 10: não está em UTF-8"

    def test_a_huge_file_is_not_read(self, file: Path) -> None:
        assert refusal(file, b"#" * 3_000_000) == "programacao.toml: mais de 2000000 bytes"

    def test_no_damage_to_the_file_does_worse_than_a_refusal(self, file: Path) -> None:
        chance = random.Random(3)
        for _ in range(400):
            damaged = damage(GOOD, chance)
            try:
                with_text(file, damaged)
            except ProgrammeError as error:
                lines = str(error).splitlines()
                assert lines, damaged
                assert all(re.match(r"programacao\.toml, linha \d+: \S", line) for line in lines)


def damage(text: str, chance: random.Random) -> str:
    """Cuts a piece out, doubles it or puts a stray character in."""
    start = chance.randrange(len(text))
    end = min(start + chance.randrange(40), len(text))
    inserted = chance.choice(["", text[start:end] * 2, chance.choice("[]{}\"'=,.#\n\\-_é\0")])
    return text[:start] + inserted + text[end:]
