"""A telephone on loopback: it takes the texts that the ``[sms]`` hook hands over, and shows them to whoever looks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from jinja2 import Environment
from werkzeug import Request, Response

from contactable.clock import utc_now
from contactable.errors import NotAuthentic
from contactable.sandbox.loopback import served
from contactable.signing import Secret, check_standard_webhook

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>A telephone</title><style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto;
padding: 0 1rem; } li { margin-bottom: 1rem; overflow-wrap: anywhere; }</style></head><body><h1>A telephone</h1>
{% if not texts %}<p>No text message came yet.</p>{% endif %}
<ul>{% for to, text in texts %}<li><strong>{{ to }}</strong><br>{{ text | urlize }}</li>{% endfor %}</ul></body></html>
"""


@dataclass
class Phone:
    """All telephones at once. ``secret`` is the hook's (``whsec_…``); ``texts`` are number and text, newest first."""

    secret: bytes
    url: str = ""
    texts: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        """Take a signed text by POST; show those that came by GET."""
        if request.method != "POST":
            page = Environment(autoescape=True).from_string(_PAGE).render(texts=self.texts)
            return Response(page, content_type="text/html; charset=utf-8")
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            check_standard_webhook([Secret("phone", self.secret)], headers, request.get_data(), utc_now())
        except NotAuthentic:
            return Response(status=401)
        said = json.loads(request.get_data())
        self.texts.insert(0, (said["to"], said["text"]))
        return Response(status=202)


@contextmanager
def ringing(secret: bytes) -> Iterator[Phone]:
    """Let it answer until the block ends."""
    phone = Phone(secret)
    with served(phone.answer) as url:
        phone.url = url
        yield phone
