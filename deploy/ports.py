"""TCP ports on this machine: free, taken, or answering."""

import socket

LOOPBACK = "127.0.0.1"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    return obstacle(port, host) is None


def obstacle(port: int, host: str = LOOPBACK) -> str | None:
    """Why a server cannot listen on the port; None if it can.

    A connection in TIME_WAIT is no obstacle.
    """
    # First: macOS lets a server bind one address of a port that another has on all addresses.
    if answers(port):
        return "is taken"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            return "is not for this user"
        except OSError as error:
            return f"is not available ({error.strerror})"
    return None


def answers(port: int, host: str = LOOPBACK, timeout: float = 0.5) -> bool:
    """Whether a server accepts connections on the port."""
    try:
        socket.create_connection((host, port), timeout).close()
    except OSError:
        return False
    return True
