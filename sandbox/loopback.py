"""A small web server on loopback for stand-ins of senders' APIs: in threads, and it prints nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: requests are counted, not printed."""


@contextmanager
def served(answer: Callable[[Request], Response]) -> Iterator[str]:
    """Answer on a free port of loopback, in threads, until the block ends; gives the address."""
    server = make_server("127.0.0.1", 0, Request.application(answer), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
