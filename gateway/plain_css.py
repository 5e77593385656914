"""Styles for browsers of the last four years: newer syntax gets a plain fallback before it.

`light-dark()` (Safari 17.5, Chrome 123) becomes two rules, one for each theme; it is allowed only
in `:root`, as the value of a custom property. `dvh` (Chrome 108, Samsung Internet 21) follows the
same length in `vh`.
"""

import re

_ROOT = re.compile(r":root\s*\{[^}]*\}")
_TWO_THEMES = re.compile(r"(--[\w-]+):\s*light-dark\(([^(),]+),\s*([^(),]+)\)")
_DYNAMIC = re.compile(r"[\w-]+:[^;{}]*\ddvh[^;{}]*(?=[;}])")


def plain_first(css: str) -> str:
    return _DYNAMIC.sub(_with_static, _ROOT.sub(_with_themes, css))


def _with_themes(rule: re.Match[str]) -> str:
    """The rule in the light theme's colours, then the dark theme's for screens only: paper is
    white."""
    dark = "".join(f"{name}:{colour};" for name, _, colour in _TWO_THEMES.findall(rule[0]))
    light = _TWO_THEMES.sub(r"\1:\2", rule[0])
    if not dark:
        return light
    return f"{light}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _with_static(declaration: re.Match[str]) -> str:
    return f"{declaration[0].replace('dvh', 'vh')};{declaration[0]}"
