"""TCP ports on this machine: free, taken, or answering."""

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on now. The kernel may give it away again: use it at once."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on the port; a closed connection's TIME_WAIT does not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def answers(port: int, host: str = LOOPBACK, timeout: float = 0.5) -> bool:
    """Whether somebody accepts connections on the port."""
    try:
        socket.create_connection((host, port), timeout).close()
    except OSError:
        return False
    return True
