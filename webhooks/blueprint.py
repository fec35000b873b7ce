"""The doors of an installation as a Flask blueprint: senders' webhooks, one-click unsubscribes, 33700, health.

Everything is relative to where the host mounts it. URLs that are signed over are built from the configured public
address, never from ``Host`` or a forwarded header.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from contactable.errors import ContactableError
from contactable.register import outbox
from contactable.webhooks.confirming import confirm
from contactable.webhooks.hooks import Doors, hook
from contactable.webhooks.oneclick import unsubscribe
from contactable.webhooks.receiver import Answer

REPORTS = "report33700"


def make_blueprint(doors: Doors) -> Blueprint:
    """The blueprint ``contactable``; mount it under any prefix."""
    blueprint = Blueprint("contactable", __name__)
    methods = ["GET", "HEAD", "POST", "PUT"]

    @blueprint.route("/hooks/<name>/", methods=methods)
    def hooks_slash(name: str) -> Response:
        return _response(hook(doors, request.environ, name, "", f"/hooks/{name}/"))  # Mandrill signs the slash too

    @blueprint.route("/hooks/<name>", methods=methods, defaults={"secret": ""})
    @blueprint.route("/hooks/<name>/<secret>", methods=methods)
    def hooks(name: str, secret: str) -> Response:
        path = f"/hooks/{name}" + (f"/{secret}" if secret else "")
        return _response(hook(doors, request.environ, name, secret, path))

    @blueprint.post("/reports/33700")
    def report() -> Response:
        names = (name for name, endpoint in doors.endpoints.items() if endpoint.provider.id == REPORTS)
        return _response(hook(doors, request.environ, next(names, ""), "", "/reports/33700"))

    @blueprint.route("/u/<token>", methods=["GET", "HEAD", "POST"])
    def one_click(token: str) -> Response:
        return unsubscribe(doors, token)

    @blueprint.route("/c/<link>", methods=["GET", "HEAD", "POST"])
    def confirmation(link: str) -> Response:
        return confirm(doors, link)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", content_type="text/plain")

    @blueprint.get("/readyz")
    def readyz() -> Response:
        try:
            with doors.register().read() as tx:
                outbox.pending(tx)
        except ContactableError as error:
            return Response(f"{error}\n", 503)
        return Response("ok\n", content_type="text/plain")

    return blueprint


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, content_type=answer.content_type)
