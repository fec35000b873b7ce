"""Addresses from which a sender may call: beside a secret, never instead of one, and never as a stranger says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from contactable.errors import SettingsError
from contactable.webhooks.networks import caller, read_networks
from contactable.webhooks.request import Request, Secrets
from contactable.webhooks.testing import SECRET, Street

OURS = ("51.159.7.123", "185.107.232.0/24", "2001:db8::/32")
STOP = {"from": "33639980008", "message": "Stop SMS", "date": "2026-11-20T10:00:00+01:00"}


def knock(
    street: Street, address: str, forwarded: str = "", *, proxies: int = 0, secrets: Secrets | None = None
) -> int:
    street.proxies = proxies
    street.open("smsfactor", secrets or Secrets(path=(SECRET,), addresses=read_networks(OURS)))
    request = street.signed("smsfactor", Request(json.dumps(STOP).encode(), street.bench.clock()))
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return street.send(replace(request, headers=headers), address).status_code


@pytest.mark.parametrize("address", ["51.159.7.123", "185.107.232.9", "::ffff:51.159.7.123", "2001:db8::7"])
def test_a_sender_that_calls_from_its_own_addresses_is_let_in(street: Street, address: str) -> None:
    assert knock(street, address) == 200


@pytest.mark.parametrize("address", ["51.159.7.124", "2001:db9::1", "", "not an address"])
def test_the_right_secret_from_another_address_is_refused(street: Street, address: str) -> None:
    assert knock(street, address) == 401
    assert street.states() == {}


def test_the_right_address_without_the_secret_is_refused(street: Street) -> None:
    alone = Secrets(addresses=read_networks(OURS))

    assert knock(street, "51.159.7.123", secrets=alone) == 401


def test_a_header_that_anybody_can_write_is_not_believed_without_proxies_of_ours(street: Street) -> None:
    assert knock(street, "198.51.100.1", "51.159.7.123") == 401
    assert knock(street, "51.159.7.123", "198.51.100.1") == 200


def test_behind_a_proxy_of_ours_its_own_entry_counts_and_nothing_before_it(street: Street) -> None:
    assert knock(street, "10.0.0.1", "51.159.7.123", proxies=1) == 200
    assert knock(street, "10.0.0.1", "51.159.7.123, 198.51.100.1", proxies=1) == 401
    assert knock(street, "51.159.7.123", proxies=1) == 401
    assert caller({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "a, b , c"}, 2) == "b"


@pytest.mark.parametrize("told", ["smsfactor.com", ["51.159.7.123", "x"], "51.159.7.0/99", [7]])
def test_a_list_that_names_no_address_is_an_error_of_the_settings(told: object) -> None:
    with pytest.raises(SettingsError, match="addresses"):
        Secrets.from_settings({"path_secret": "env:X", "addresses": told}, lambda name: b"a-long-path-secret")


def test_the_settings_name_addresses_beside_the_secrets() -> None:
    secrets = Secrets.from_settings({"path_secret": "env:X", "addresses": "51.159.7.123"}, lambda name: b"a-long-one")

    assert [str(each) for each in secrets.addresses] == ["51.159.7.123/32"]
    assert secrets.options == {}
