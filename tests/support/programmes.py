"""A small programme for tests, and changes to it."""

GOOD = """\
[[filmes]]
id = "agente"
titulo = "O Agente Secreto"
duracao_min = 158
classificacao = "16"
sinopse = ""

[[salas]]
id = "azul"
nome = "Sala Azul"
fileiras = [
  "A CA.._PP",  # perto da tela
  "B MO.__DD",
]

[[sessoes]]
id = "S1"
filme = "agente"
sala = "azul"
idioma = "legendado"
inicio = 2026-12-13T17:45:00
precos = { comum = 3200, premium = 4400 }

[[sessoes]]
id = "S0"
filme = "agente"
sala = "azul"
idioma = "dublado"
inicio = 2026-12-13T14:00:00
precos = { comum = 0 }
"""


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)
