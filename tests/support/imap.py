"""A small IMAP server (RFC 3501: what a reader of one folder needs) over a real socket."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_FETCH = re.compile(r"FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", re.IGNORECASE)
_STORE = re.compile(r"STORE (\d+) \+FLAGS \((\\\w+)\)", re.IGNORECASE)


@dataclass
class Folder:
    """Messages by UID with their flags, behind one user and password."""

    messages: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    password: str = "p w"
    port: int = 0

    def put(self, raw: bytes) -> int:
        """A message that came in; returns its UID."""
        uid = len(self.flags) + 1
        self.messages[uid], self.flags[uid] = raw, set()
        return uid


@contextmanager
def imap_server(folder: Folder) -> Iterator[Folder]:
    """The folder served on a port of 127.0.0.1 while the block lasts."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            for line in self.rfile:
                tag, _, command = line.decode().strip().partition(" ")
                done, untagged = answer(folder, command)
                self.wfile.write(untagged + f"{tag} {done}\r\n".encode())
                if command.upper() == "LOGOUT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        folder.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield folder
        finally:
            server.shutdown()
            thread.join()


def answer(folder: Folder, command: str) -> tuple[str, bytes]:
    """What is said to a command: its end, and the lines before it."""
    upper, untagged = command.upper(), b""
    if upper.startswith("LOGIN") and command != f'LOGIN reports "{folder.password}"':
        return "NO wrong password", b""
    if upper == "CAPABILITY":
        untagged = b"* CAPABILITY IMAP4rev1\r\n"
    elif upper == "UID SEARCH UNSEEN":
        unseen = [str(uid) for uid in folder.messages if "\\Seen" not in folder.flags[uid]]
        untagged = f"* SEARCH {' '.join(unseen)}\r\n".encode()
    elif fetch := _FETCH.search(command):
        uid, size = int(fetch[1]), int(fetch[2])
        part = folder.messages[uid][:size]
        head = f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(part)}}}\r\n".encode()
        untagged = head + part + b")\r\n"
    elif store := _STORE.search(command):
        folder.flags[int(store[1])].add(store[2])
    elif upper == "EXPUNGE":
        for uid in [uid for uid in folder.messages if "\\Deleted" in folder.flags[uid]]:
            del folder.messages[uid]
    return "OK done", untagged
