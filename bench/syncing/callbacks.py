"""How long it takes until a form "call me back" opens calls, as the property shows it: by polling, and by webhook."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import structs

from contactable.demo.stage import answering
from contactable.loading import load
from contactable.logs import configure
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.forms import Form
from syncing.portal import LATENCY, SPAWN, Portal, installation

PATIENCE = 150.0  # seconds
FORM = "call-me"
TEXT = (
    "Exemple SA vous rappelle à propos de votre devis, et de lui seul, sous cinq jours ouvrables. "
    "Votre demande est datée et gardée trois ans. Nous n'appelons pas pour autre chose sans votre accord."
)
PERSON = {"mobilephone": "+33639980001", "audience": "consumer", "country": "FR", "last_contact_on": "2026-11-01"}
MORE = f"""
[connectors.hubspot.mapping]
asked_for = {{ form = "Rappelez-moi", value = "Devis" }}
[endpoints.hubspot]
provider = "hubspot"
connector = "hubspot"
secret = "env:HUBSPOT_SECRET"
[[wording]]
kind = "callback_form"
version = "rappel-v1"
text = "{TEXT}"
[wording.says]
who = "Exemple SA"
object = "votre devis, et de lui seul"
delay = "sous cinq jours ouvrables"
record = "datée et gardée trois ans"
prior_consent = "sans votre accord"
"""


@contextmanager
def polling() -> Iterator[Callable[[], float]]:
    """Measure how long it takes with the usual schedule alone, in a process of its own: nearly all of it is waiting.

    What the block does meanwhile is not slowed by it; the function that it gets waits for the seconds.
    """
    with SPAWN.Pool(1) as pool:
        running = pool.apply_async(seconds)
        yield lambda: running.get(2 * PATIENCE)


def seconds(*, webhooks: bool = False) -> float:
    """Seconds from the form to the property: with webhooks, or with the usual schedule alone."""
    os.environ["CONTACTABLE_LOG"] = "error"
    configure()
    people = [{"email": f"p{number}@example.com", **PERSON} for number in range(20)]
    with HubSpotSandbox(people, latency=LATENCY) as crm:
        os.environ["HUBSPOT_SECRET"] = crm.client_secret
        crm.portal.forms.add(Form(FORM, "Rappelez-moi", crm.portal.now, TEXT))
        port = _free_port()
        with installation(
            Portal(crm.url, crm.token, lambda word: None), more=MORE, offer='requests = ["Devis"]'
        ) as kit:
            kit.settings = structs.replace(kit.settings, public_url=f"http://127.0.0.1:{port}/contactable")
            load(kit, "hubspot")
            with answering(kit, port):
                if webhooks:
                    crm.send_webhooks_to(f"{kit.settings.public_url}/hooks/hubspot")
                time.sleep(5)  # what the start itself looks at is over
                return round(_until_open(crm), 2)


def _until_open(crm: HubSpotSandbox) -> float:
    began = time.perf_counter()
    contact = crm.submit_form(FORM, {"email": "p7@example.com", "mobilephone": PERSON["mobilephone"]})
    while contact.properties.get("contactable_phone_reason") != "requested_callback":
        if time.perf_counter() - began > PATIENCE:
            raise SystemExit("The form never opened calls.")
        time.sleep(0.05)
    return time.perf_counter() - began


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
