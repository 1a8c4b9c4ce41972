"""Is the address free? Web processes share it, so the system itself would not say."""

from __future__ import annotations

import socket


def require_free_port(host: str, port: int) -> None:
    """Raise OSError, in one line, when something listens there or the address is not ours.

    granian's web processes listen with SO_REUSEPORT. With it a second portal on the same port
    would start without complaint and take half of the first one's visitors.
    """
    try:
        [(family, kind, protocol, _, address), *_] = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise OSError(
            f"cannot listen on {host} port {port}: {error.strerror or error} "
            "(PORTAL_HOST and PORTAL_PORT choose another address)"
        ) from error
