"""Mutants of a Lua script: one check, comparison or write changed in each."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from luaparser import ast, astnodes

_SWAPPED = {
    astnodes.LessThanOp: ("<", "<="),
    astnodes.LessOrEqThanOp: ("<=", "<"),
    astnodes.GreaterThanOp: (">", ">="),
    astnodes.GreaterOrEqThanOp: (">=", ">"),
    astnodes.EqToOp: ("==", "~="),
    astnodes.NotEqToOp: ("~=", "=="),
}
_WRITES = frozenset(
    [
        *("SET", "DEL", "RENAME", "PEXPIREAT", "INCR", "INCRBY", "DECRBY", "HSET", "HSETNX"),
        *("HDEL", "HINCRBY", "ZADD", "ZREM", "XADD"),
    ]
)


@dataclass(frozen=True)
class Mutant:
    """`change` says what was done, `at` is the line."""

    script: str
    at: int
    change: str
    text: str  # of the whole script

    @property
    def name(self) -> str:
        """The same as long as the changed code is the same."""
        return f"{self.script}: {self.change}"


def mutants(file: Path) -> list[Mutant]:
    """In the order of their lines; of equal changes in one script each has its number."""
    text = file.read_text(encoding="utf-8")
    seen: dict[str, int] = {}
    found = []
    changes = {(b, e, new): change for b, e, new, change in _changes(text)}
    for (begin, end, new), change in sorted(changes.items()):
        seen[change] = seen.get(change, 0) + 1
        numbered = f"{change} ({seen[change]})" if seen[change] > 1 else change
        at = text.count("\n", 0, begin) + 1
        found.append(Mutant(file.stem, at, numbered, text[:begin] + new + text[end:]))
    return found


def _changes(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Where a change begins and ends, its new text, and what it is."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (astnodes.If, astnodes.ElseIf)):
            yield from _without_check(text, node.test)
        if type(node) in _SWAPPED:
            yield _swapped(text, node)
        if isinstance(node, astnodes.Call) and _is_write(node):
            begin, end = _whole_call(text, node)
            what = " ".join(text[begin:end].split())
            yield begin, end, _nothing(text, begin), f"without `{_short(what)}`"


def _without_check(text: str, test: Any) -> Iterator[tuple[int, int, str, str]]:
    """The check never holds; of several, each is left out."""
    begin, end = _span(test)
    yield begin, end, "false", f"never `{_short(text[begin:end])}`"
    yield from _without_operands(text, test)


def _without_operands(text: str, test: Any) -> Iterator[tuple[int, int, str, str]]:
    if not isinstance(test, (astnodes.AndLoOp, astnodes.OrLoOp)):
        return
    begin, end = _span(test)
    for kept, dropped in ((test.left, test.right), (test.right, test.left)):
        without = text[slice(*_span(dropped))]
        whole = " ".join(text[begin:end].split())
        what = f"`{_short(whole)}` without `{_short(without)}`"
        yield begin, end, text[slice(*_span(kept))], what
    yield from _without_operands(text, test.left)
    yield from _without_operands(text, test.right)


def _swapped(text: str, node: Any) -> tuple[int, int, str, str]:
    old, new = _SWAPPED[type(node)]
    left, right = _span(node.left)[1], _span(node.right)[0]
    sign = text.index(old, left, right)
    begin, end = _span(node)
    return sign, sign + len(old), new, f"{new} in `{_short(text[begin:end])}`"


def _is_write(node: Any) -> bool:
    is_redis = isinstance(node.func, astnodes.Index) and getattr(node.func.idx, "id", "") == "call"
    name = getattr(node.args[0], "s", b"") if is_redis and node.args else b""
    return (name.decode() if isinstance(name, bytes) else str(name)) in _WRITES


def _whole_call(text: str, node: Any) -> tuple[int, int]:
    """The parser begins a statement's call after `redis`."""
    begin, end = _span(node)
    return (begin - len("redis") if text[begin] == "." else begin), end


def _nothing(text: str, begin: int) -> str:
    is_value = text[:begin].rstrip().endswith(("=", ",", "(", "return"))
    return "0" if is_value else "local _ = nil"


def _span(node: Any) -> tuple[int, int]:
    return node.start_char, node.stop_char + 1


def _short(code: str) -> str:
    words = " ".join(code.split())
    return words if len(words) <= 60 else f"{words[:57]}..."
