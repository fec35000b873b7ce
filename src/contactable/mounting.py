"""What an application mounts: the doors for senders and people, and the metrics, made from the settings of a kit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from contactable.console.card import add_card
from contactable.console.centre.linked import say
from contactable.console.centre.routes import add_pages
from contactable.errors import SettingsError
from contactable.pages import card_doors, centre_doors
from contactable.polling import ringing
from contactable.webhooks.blueprint import make_blueprint
from contactable.webhooks.hooks import Doors
from contactable.webhooks.knocks import Knocks
from contactable.webhooks.metrics import Gauges, make_metrics
from contactable.webhooks.receiver import Endpoint
from contactable.webhooks.registry import find_provider
from contactable.webhooks.request import Secrets

if TYPE_CHECKING:
    from flask import Blueprint

    from contactable.kit import Contactable


def blueprint_of(kit: Contactable) -> Blueprint:
    """The doors as a blueprint; whoever registers it starts the service, unless the kit does not work."""
    blueprint = make_blueprint(kit.doors)
    add_pages(blueprint, centre_doors(kit))
    add_card(blueprint, card_doors(kit))
    blueprint.record_once(lambda state: kit.service.start() if kit.works else None)
    return blueprint


def doors_of(kit: Contactable) -> Doors:
    """What the blueprint needs; raises ``SettingsError`` without a public address."""
    if not kit.settings.public_url:
        raise SettingsError("`public_url` is missing: senders sign over it, and links need it.")
    return Doors(
        endpoints=kit.endpoints,
        register=lambda: kit.register,
        public_url=kit.settings.public_url,
        link_keys=kit.link_keys,
        clock=kit.clock,
        wake=kit.service.wake,
        say=partial(say, centre_doors(kit)),
        begin=kit.service.begin,
        refused=Knocks(lambda: kit.register, kit.clock).refused,
        proxies=kit.settings.pages.proxies,
    )


def metrics_of(kit: Contactable) -> Blueprint:
    """``/metrics`` for Prometheus."""
    return make_metrics(Gauges(kit.doors.tally, lambda: kit.register, kit.clock, lambda: ringing(kit)))


def read_endpoint(kit: Contactable, name: str) -> Endpoint:
    """One sender's door; raises ``SettingsError`` naming it where its provider or a secret is missing."""
    each = kit.settings.endpoints[name]
    try:
        provider, secrets = find_provider(each.provider), Secrets.from_settings(each.options, kit.settings.secret)
    except SettingsError as error:
        raise SettingsError(f"[endpoints.{name}] {error}") from None
    return Endpoint(name, provider, secrets, each.connector, kit.link_keys)
