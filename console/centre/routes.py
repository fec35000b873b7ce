"""The public pages on the blueprint of the doors: ``/p/<token>``, ``/stop``, ``/mine``, and their files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from flask import Blueprint, Response, send_file, send_from_directory
from werkzeug.exceptions import HTTPException, NotFound

from contactable.console.centre.colours import style_of
from contactable.console.centre.doors import CentreDoors
from contactable.console.centre.fresh import ask
from contactable.console.centre.own import own
from contactable.console.centre.page import preferences
from contactable.console.centre.refusing import failed, refused
from contactable.console.centre.stop import stop
from contactable.console.site.rendering import STATIC

METHODS = ["GET", "HEAD", "POST"]
SENDERS = 2  # links that are sent at a time
AN_HOUR = 3600


def add_pages(blueprint: Blueprint, doors: CentreDoors) -> None:
    """Add the pages to a blueprint that is not mounted yet."""
    sending = ThreadPoolExecutor(SENDERS, thread_name_prefix="links")
    blueprint.add_url_rule("/p/<token>", "preferences", lambda token: preferences(doors, token), methods=METHODS)
    blueprint.add_url_rule("/stop", "stop", lambda: stop(doors), methods=METHODS)
    blueprint.add_url_rule("/mine", "ask", lambda: ask(doors, sending), methods=METHODS)
    blueprint.add_url_rule("/mine/<link>", "own", lambda link: own(doors, link), methods=METHODS)
    blueprint.add_url_rule("/pages/company.css", "company_style", lambda: _style(doors))
    blueprint.add_url_rule("/pages/logo", "logo", lambda: _logo(doors))
    blueprint.add_url_rule("/pages/<path:name>", "page_file", _file)
    blueprint.register_error_handler(HTTPException, lambda error: refused(doors, error))
    blueprint.register_error_handler(Exception, lambda error: failed(doors, error))


def _file(name: str) -> Response:
    return send_from_directory(STATIC, name, max_age=AN_HOUR)


def _style(doors: CentreDoors) -> Response:
    answer = Response(style_of(doors.look.colour), content_type="text/css; charset=utf-8")
    answer.cache_control.max_age = AN_HOUR
    return answer


def _logo(doors: CentreDoors) -> Response:
    if doors.look.logo is None:
        raise NotFound
    answer = send_file(doors.look.logo, max_age=AN_HOUR)
    # An SVG may hold a script: opened by itself, it does nothing.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
