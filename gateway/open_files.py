"""How many files this process may have open: each connection is one.

Many systems begin with a soft limit of 1,024, macOS with 256; a process may raise its own up to the
hard limit.
"""

import resource

MOST = 65_536
MOST_WITHOUT_HARD_LIMIT = 8_192  # macOS says "unlimited" and refuses more than kern.maxfilesperproc


def raise_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_WITHOUT_HARD_LIMIT if hard == resource.RLIM_INFINITY else min(MOST, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def limit() -> int:
    """The soft limit now: descriptors are smaller numbers."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else soft
