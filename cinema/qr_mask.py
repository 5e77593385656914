"""Chooses a QR code's mask: the one with the fewest misleading patterns (ISO/IEC 18004, 7.8.3).

A code is one number: a bit a module from the lower right, with the quiet zone, and dark is 1.
So each rule is a few shifts of that number, over all modules at once.
"""

from functools import lru_cache

QUIET_ZONE = 4  # modules, all light
_RUN, _BLOCK, _FINDER, _PROPORTION = 3, 3, 40, 10  # points


def penalty(code: int, side: int) -> int:
    """The penalty points of a code. `side`: in modules, with both quiet zones."""
    light = code ^ _all(side)
    return (
        _of_lines(code, light, side, 1)
        + _of_lines(code, light, side, side)
        + _of_blocks(code, side)
        + _of_proportion(code, side)
    )


def _of_lines(code: int, light: int, side: int, step: int) -> int:
    """Points for five or more modules of one colour, and for patterns like a finder's.

    A step of `side` is down a column.
    """
    same = ~(code ^ code >> step) & _pairs(side, step)
    runs = same & same >> step & same >> 2 * step & same >> 3 * step
    beginnings = runs & ~(runs >> step)
    ring = code & light >> step & code >> 2 * step
    finder = ring & code >> 3 * step & ring >> 4 * step
    gap = light & light >> step & light >> 2 * step & light >> 3 * step
    finders = finder & (gap >> 7 * step | gap << 4 * step)
    points = runs.bit_count() + (_RUN - 1) * beginnings.bit_count()
    return points + _FINDER * finders.bit_count()


def _of_blocks(code: int, side: int) -> int:
    """Points for blocks of two by two in one colour."""
    across = ~(code ^ code >> 1) & _pairs(side, 1)
    down = ~(code ^ code >> side) & _pairs(side, side)
    return _BLOCK * (across & across >> side & down).bit_count()


def _of_proportion(code: int, side: int) -> int:
    """Points for a share of dark modules far from half."""
    modules = (side - 2 * QUIET_ZONE) ** 2
    return _PROPORTION * (abs(20 * code.bit_count() - 10 * modules) // modules)


def _all(side: int) -> int:
    return (1 << side * side) - 1


@lru_cache(maxsize=16)
def _pairs(side: int, step: int) -> int:
    """The modules inside the quiet zone that have another one `step` further."""
    row = ((1 << side - 2 * QUIET_ZONE) - 1) << QUIET_ZONE
    inside = sum(row << side * line for line in range(QUIET_ZONE, side - QUIET_ZONE))
    return inside & inside >> step
