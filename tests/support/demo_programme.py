"""The demo's programme with more in it, as the TOML text that a test's system is given."""

from deploy import ROOT

TINY = "sala-4"  # of `new_tiny_room`


def demo(*more: str) -> str:
    return "\n".join([(ROOT / "programacao.toml").read_text(encoding="utf-8"), *more])


def new_room(name: str, *rows: str) -> str:
    marks = ", ".join(f'"{row}"' for row in rows)
    return f"""
[[salas]]
id = "{name}"
nome = "{name.replace("-", " ").title()}"
fileiras = [{marks}]
"""


def new_tiny_room() -> str:
    """Two seats."""
    return new_room(TINY, "A ..")


def new_session(
    name: str, start: str, *, film: str = "vagalume", room: str = "sala-3", **prices: int
) -> str:
    """`prices` in centavos by kind of seat: `comum`, and those that differ."""
    priced = ", ".join(f"{kind} = {cents}" for kind, cents in prices.items())
    return f"""
[[sessoes]]
id = "{name}"
filme = "{film}"
sala = "{room}"
idioma = "dublado"
inicio = {start}
precos = {{ {priced} }}
"""
