"""The HTTP server: on 127.0.0.1 alone, a thread for each connection, connections kept, all gone when it stops.

The standard library's, because a fault that kills a connection needs the socket, and because connections must be kept
as CRMs keep them (Werkzeug's server closes each one).
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from contactable.errors import Conflict
from contactable.sandbox.front.faults import CUT, DROP, LOSE
from contactable.sandbox.front.messages import Incoming, Outgoing

HOST = "127.0.0.1"


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    """One connection. Head and body leave in one packet; nothing is printed, because a path may hold an address."""

    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    wbufsize = -1
    disable_nagle_algorithm = True

    def __init__(
        self, serve: Callable[[Incoming], Outgoing], kept: set[socket.socket], request: socket.socket, *rest: Any
    ) -> None:
        self._serve, self._kept = serve, kept
        kept.add(request)
        super().__init__(request, *rest)

    def finish(self) -> None:
        # A connection that ended by itself must not be shut again: its number may be another's by then.
        self._kept.discard(self.connection)
        super().finish()

    def _handle(self) -> None:
        # The body is read even where the request is refused: else it would stay in the connection that is kept.
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        outgoing = self._serve(Incoming(self.command, path, query, headers, body))
        if outgoing.effect in (DROP, LOSE):
            self._die()
            return
        self.send_response(outgoing.status)
        for name, value in outgoing.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(outgoing.body)))
        self.end_headers()
        self._send(outgoing)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle

    def _send(self, outgoing: Outgoing) -> None:
        half = outgoing.effect == CUT and outgoing.body
        self.wfile.write(outgoing.body[: len(outgoing.body) // 2] if half else outgoing.body)
        self.wfile.flush()
        if half:
            self._die()

    def _die(self) -> None:
        """Cut the connection under the client's feet."""
        self.close_connection = True
        _shut(self.connection)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Server:
    """Serves requests on a port of its own; 0 takes any free one."""

    def __init__(self, serve: Callable[[Incoming], Outgoing], port: int = 0) -> None:
        self._kept: set[socket.socket] = set()
        try:
            self._server = _Server((HOST, port), partial(_Handler, serve, self._kept))
        except OSError:
            raise Conflict(f"Port {port} is in use: stop what listens there, or give another --port.") from None
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="sandbox", daemon=True)
        self.url = f"http://{HOST}:{self._server.server_port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and close every connection that was kept."""
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self._kept):
            _shut(connection)
        self._thread.join()


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was faster
