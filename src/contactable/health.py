"""What ``doctor`` looks at: settings, keys, register, mail, CRMs, senders; each finding says how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from contactable import notices, own_properties, sender_urls
from contactable.agent_cards import phones
from contactable.connectors.protocol import Finding, Level, WorksOut
from contactable.errors import ContactableError, Malformed, NotAuthentic, RegisterError
from contactable.phone_tags import tags_missing
from contactable.polling import ringing
from contactable.register import marks
from contactable.register.columns import EPOCH
from contactable.tasks import has_begun
from contactable.transport import hurried
from contactable.watching import unsigned, watch
from contactable.webhooks.bells import waiting
from contactable.webhooks.provider import Proof
from contactable.webhooks.request import Request

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.webhooks.receiver import Endpoint


PATIENCE = 15.0  # seconds for one question to a CRM, its retries included: somebody waits


def examine(kit: Contactable, *, mail_to: str = "") -> Iterator[Finding]:
    """Look at everything, in the order in which it must be mended; writes nothing but a test mail where asked."""
    looks: Iterable[Callable[[], Iterable[Finding]]] = (
        lambda: _public_url(kit),
        lambda: _register(kit),
        *(lambda name=name: _sender(kit, name) for name in kit.settings.endpoints),
        *(lambda name=name: sender_urls.findings(kit, name) for name in kit.settings.endpoints),
        *(lambda name=name: notices.findings(kit, name) for name in kit.settings.endpoints),
        lambda: _bells(kit),
        lambda: chain.from_iterable(_phone(kit, name) for name in phones(kit)),
        lambda: _mail(kit, mail_to),
        *(lambda name=name: _crm(kit, name) for name in kit.settings.connectors),
        *(lambda name=name: watch(kit, name) for name in kit.settings.connectors),
        lambda: unsigned(kit),
    )
    told: set[Finding] = set()
    for finding in chain.from_iterable(_careful(look) for look in looks):
        if finding not in told:  # without a register many looks end in the same sentence
            told.add(finding)
            yield finding


def _careful(look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """One thing that is broken must not hide the others."""
    try:
        with hurried(PATIENCE):
            yield from look()
    except ContactableError as error:
        yield Finding("register" if isinstance(error, RegisterError) else "not looked at", Level.ERROR, str(error))


def _public_url(kit: Contactable) -> Iterator[Finding]:
    url = kit.settings.public_url
    if not url:
        yield Finding("public_url", Level.ERROR, "Set public_url: senders sign over it, and `serve` needs it.")
    elif not url.startswith("https://"):
        yield Finding("public_url", Level.WARNING, "Senders ask for https: put a proxy with TLS in front.")
    else:
        yield Finding("public_url", Level.OK)


def _register(kit: Contactable) -> Iterator[Finding]:
    with kit.register.read() as tx:
        yield Finding(f"register ({tx.dialect})", Level.OK)
        backed_up = marks.key_is_backed_up(tx)
    if backed_up:
        yield Finding("keys", Level.OK)
    else:
        yield Finding("keys", Level.ERROR, "Nobody can restore a lost key: contactable key backup")


def _sender(kit: Contactable, name: str) -> Iterator[Finding]:
    endpoint = kit.endpoint(name)
    secrets, id = endpoint.secrets, endpoint.provider.id
    path = "/reports/33700" if id == "report33700" else f"/hooks/{name}"
    url = f"{kit.settings.public_url.rstrip('/')}{path}{'/<the path secret>' if secrets.path else ''}"
    if not (secrets.keys or secrets.unsigned or secrets.options.get("topics")):
        told = f"It has no secret and refuses everybody: see docs/providers/{id}.md"
        yield Finding(f"endpoint {name}", Level.ERROR, told)
    elif _refuses(endpoint):
        told = f"It lacks the secret that {id} proves itself with and refuses everybody: see docs/providers/{id}.md"
        yield Finding(f"endpoint {name}", Level.ERROR, told)
    else:
        yield Finding(f"endpoint {name} ({id}), URL to paste where docs/providers/{id}.md says: {url}", Level.OK)


def _refuses(endpoint: Endpoint) -> bool:
    """Whether nothing that its sender can prove is enough: a secret in the path where it signs, or the reverse."""
    secrets, provider = endpoint.secrets, endpoint.provider
    if provider.proofs == (Proof.SIGNED,):
        return not (secrets.keys or secrets.options.get("topics"))  # Amazon's topics stand in the place of a secret
    try:
        provider.authenticate(provider.sign(Request(b"{}", EPOCH), secrets), secrets)
    except (IndexError, NotAuthentic, Malformed):  # the first: it signs with the first of no secrets
        return True
    return False


def _bells(kit: Contactable) -> Iterator[Finding]:
    with kit.register.read() as tx:
        rung = {name: bell for name in kit.endpoints if (bell := waiting(tx, name)) is not None}
    read = ringing(kit)
    for name, bell in rung.items():
        page = f"docs/providers/{kit.endpoint(name).provider.id}.md"
        if name not in read:
            what = f"endpoint {name}: it rang, and nothing reads its lists"
            yield Finding(what, Level.WARNING, f"Set the keys of its API: {page}.")
        elif bell.tries:
            mend = f"See the keys of its API ({page}), then `contactable poll {name}`; it is asked again by itself."
            what = f"endpoint {name}: it rang, and its lists could not be read yet ({bell.tries} tries)"
            yield Finding(what, Level.WARNING, mend)


def _phone(kit: Contactable, name: str) -> Iterator[Finding]:
    missing = tags_missing(kit, name)
    if missing:
        told = " and ".join(f"“{each}”" for each in missing)
        yield Finding(
            f"{name}: the tags {told} are missing", Level.ERROR, f"Agents cannot refuse: contactable tags {name}"
        )
    else:
        yield Finding(f"{name}: the tags by which agents note a refusal", Level.OK)


def _mail(kit: Contactable, to: str) -> Iterator[Finding]:
    from contactable.mail import send

    if kit.settings.mail is None:
        yield Finding("mail", Level.WARNING, "Without [mail] there are no confirmation links and no alerts by mail.")
        return
    recipient = to or kit.settings.mail.test_to
    if not recipient:
        yield Finding("mail", Level.WARNING, "Set [mail] test_to, or give --mail-to, and a test mail is sent.")
        return
    send(kit.settings, recipient, "contactable: test", "This mail shows that contactable can send mail.\n")
    yield Finding("mail (a test was sent)", Level.OK)


def _crm(kit: Contactable, name: str) -> Iterator[Finding]:
    connector = kit.connectors[name]
    yield from connector.check()
    if isinstance(connector, WorksOut):
        yield from connector.check_worked_out(kit.mapping(name).properties)
    yield from own_properties.check(kit, name)
    if not has_begun(kit, name):
        yield Finding(f"{name}: first sync", Level.WARNING, f"Nothing is written yet: contactable sync {name}")
