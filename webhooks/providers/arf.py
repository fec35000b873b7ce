"""Feedback reports and unsubscribe mail: one message (RFC 5322) a request, as a mailbox hands it over.

Mailbox providers send complaints as ARF reports to an address that the sender registered (Signal Spam in France, for
its members; Yahoo, Microsoft and others abroad; Google sends none). The same mailbox may receive what people answer to
``List-Unsubscribe: <mailto:…>``. A pipe or a mail gateway posts the raw message here, with a secret of ours: nothing
else is signed. An aggregator may mail its reports to 33700 there as a spreadsheet. See ``contactable.webhooks.mail``
and ``mailed_reports`` for what is read in it. RFC 5965, 6430, 6590, 6591, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator

from contactable.webhooks.events import Event, Problem
from contactable.webhooks.mail import read_mail
from contactable.webhooks.mailed_reports import mailed_reports
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

# A DKIM signature would vouch for the author, but reading it asks the DNS: that is the mail server's work, and
# `mail_server` names the one whose finding counts.
authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield one event a person that a message concerns; raise ``Malformed`` where the body is no message."""
    server, aggregators = str(request.options.get("mail_server", "")), _domains(request, "reports_33700_from")
    reports = mailed_reports(request.raw, server, aggregators) if aggregators else []
    yield from reports or read_mail(request.raw, server, _domains(request, "reporters"))


def _domains(request: Request, name: str) -> list[str]:
    told = request.options.get(name, ())
    return [told] if isinstance(told, str) else list(map(str, told))
