"""The web server of ``serve``: waitress, in threads, behind your proxy (which does TLS and writes no query strings)."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask
from waitress.server import create_server
from werkzeug.exceptions import HTTPException

from contactable.collecting import collect_rarely
from contactable.console.centre.refusing import refused
from contactable.errors import Conflict, SettingsError
from contactable.pages import centre_doors
from contactable.webhooks.hooks import LARGEST, HooksFirst

if TYPE_CHECKING:
    from contactable.kit import Contactable

API = "/api/v1"
CONSOLE = "/console"
THREADS = 64  # requests that may wait for one commit together


def make_app(kit: Contactable) -> Flask:
    """A Flask application with nothing but the kit, under the path of the public address; metrics at ``/metrics``.

    The API is at ``/api/v1`` under the same path, the console at ``/console``.
    """
    app = Flask("contactable", static_folder=None)
    # An address that is nearly one of ours is not found: to lead on from it would repeat the host that was asked for.
    app.url_map.merge_slashes = False
    prefix = urlsplit(kit.settings.public_url).path.rstrip("/")
    app.register_blueprint(kit.blueprint, url_prefix=prefix or None)
    app.register_blueprint(kit.api, url_prefix=f"{prefix}{API}")
    app.register_blueprint(kit.console, url_prefix=f"{prefix}{CONSOLE}")
    app.register_blueprint(kit.metrics)
    app.register_error_handler(HTTPException, partial(refused, centre_doors(kit)))
    app.wsgi_app = HooksFirst(app.wsgi_app, kit.doors, prefix)  # type: ignore[method-assign]
    collect_rarely()
    return app


def work(kit: Contactable, ready: Callable[[], None]) -> None:
    """Write to the CRMs and run the schedule, without answering anybody, until the process is told to stop."""
    kit.service.start()
    collect_rarely()
    ready()
    threading.Event().wait()


def serve(kit: Contactable, listen: str, ready: Callable[[str], None]) -> None:
    """Answer at ``HOST:PORT`` until the process is told to stop; raises ``Conflict`` when the port is taken."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise SettingsError(f"listen is {listen!r}: write HOST:PORT, as 127.0.0.1:8765.")
    app = make_app(kit)
    try:
        server = create_server(
            app,
            host=host,
            port=int(port),
            threads=THREADS,
            max_request_body_size=LARGEST + 1,
            ident=None,
            # What proxies wrote is ours to judge: `[pages] proxies` says how much of it, and metrics go to none.
            clear_untrusted_proxy_headers=False,
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Conflict(f"{listen} is in use: stop what answers there, or name another with --listen.") from None
        raise SettingsError(f"{listen} cannot be opened ({error.strerror}): name another with --listen.") from None
    ready(f"{host}:{getattr(server, 'effective_port', port)}")
    try:
        server.run()
    finally:
        server.close()
