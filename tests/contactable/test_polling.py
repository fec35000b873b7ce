"""Lists that are read at a sender on loopback: page by page, and only where the endpoint says so."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from werkzeug import Request, Response

from contactable import Contactable
from contactable.polling import poll, pollable
from contactable.sandbox.loopback import served

Make = Callable[..., Contactable]
ACCOUNT = """
[endpoints.campaigns]
provider = "activecampaign"
path_secret = "env:KEY"
api_url = "{url}"
api = {{ key = "env:KEY" }}
"""
PUSHING = """
[endpoints.campaigns]
provider = "activecampaign"
path_secret = "env:KEY"
[endpoints.brevo]
provider = "brevo"
path_secret = "env:KEY"
api = { key = "env:KEY" }
[endpoints.stops]
provider = "smspartner"
path_secret = "env:KEY"
"""


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "a-key-of-nobody-0123456789abcdef")


def test_a_list_of_several_pages_is_read_to_its_end_and_adds_nothing_the_second_time(make_kit: Make) -> None:
    people = [{"id": str(number), "email": f"person{number}@example.com"} for number in range(230)]
    asked = []

    def answer(request: Request) -> Response:
        start, most = int(request.args["offset"]), int(request.args["limit"])
        asked.append((request.args["status"], request.headers["Api-Token"] != "", start))
        return Response(json.dumps({"contacts": people[start : start + most]}), content_type="application/json")

    with served(answer) as url:
        kit = make_kit(ACCOUNT.format(url=url))
        first, second = poll(kit, "campaigns"), poll(kit, "campaigns")

    assert asked == [("2", True, start) for start in (0, 100, 200)] * 2
    assert first == "230 entered, 0 known, 0 unreadable"
    assert second.startswith("0 entered, 230 known")


def test_only_endpoints_that_have_a_list_to_read_are_asked_by_the_schedule(make_kit: Make) -> None:
    kit = make_kit(PUSHING)

    assert pollable(kit) == ["stops"]  # its key is missing, which the schedule has to tell
    assert "not set" in poll(kit, "campaigns")
