"""Our properties in HubSpot: created where they are missing, completed where a code is new, never overwritten.

Through HubSpot's own client: this happens once, and its models know the shapes. Its requests have no timeout unless
each is given one, and its host is set apart from the token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from contactable.connectors.hubspot.account import Account
from contactable.connectors.protocol import Property
from contactable.errors import ContactableError, Refused, Unavailable

if TYPE_CHECKING:
    from hubspot import Client

GROUP, GROUP_LABEL = "contactable", "Contactable"
OBJECT = "contacts"
TIMEOUT = (5.0, 100.0)  # seconds: connect, read
SHAPES = {  # shape -> HubSpot's type and the way it is shown
    "text": ("string", "text"),
    "choice": ("enumeration", "select"),
    "choices": ("enumeration", "checkbox"),
    "date": ("date", "date"),
    "datetime": ("datetime", "date"),
    "number": ("number", "number"),
}


def ensure_properties(account: Account, schema: Sequence[Property]) -> Iterator[str]:
    """Create what is missing and yield the names created.

    Raises ``Refused`` before anything is created where a property exists with another type, or where the account's
    quota of custom properties does not suffice.
    """
    client = make_client(account)
    existing = existing_properties(client)
    _refuse_other_shapes(existing, schema)
    missing = [wanted for wanted in schema if wanted.name not in existing]
    _refuse_too_many(account, len(missing))
    if missing:
        _create_group(client)
    for wanted in missing:
        _ask(partial(client.crm.properties.core_api.create, OBJECT, _as_new(wanted), **_timely()))
        yield wanted.name
    for wanted in schema:
        if wanted.name in existing:
            _add_options(client, existing[wanted.name], wanted)


def remove_properties(account: Account, names: Sequence[str]) -> Iterator[str]:
    """Take properties of ours away, those that exist, and then their group; yield the names.

    Raises ``Refused`` at the end, naming those that HubSpot keeps because something there uses them.
    """
    client = make_client(account)
    existing = existing_properties(client)
    kept = []
    for name in names:
        if name in existing and existing[name].group_name == GROUP:
            try:
                _ask(partial(client.crm.properties.core_api.archive, OBJECT, name, **_timely()))
                yield name
            except Refused:
                kept.append(name)
    if kept:
        raise Refused(f"HubSpot keeps {', '.join(kept)}: a list, a workflow or a form there still uses it.")
    if not any(each.group_name == GROUP for each in existing_properties(client).values()):
        _ask(lambda: client.crm.properties.groups_api.archive(OBJECT, GROUP, **_timely()), expected=(404,))


def make_client(account: Account) -> Client:
    """HubSpot's own client on this account."""
    from hubspot import Client  # 75 ms, and only here

    return Client.create(access_token=account.token, host=account.options.base_url, retry=_retries())


def existing_properties(client: Client) -> Mapping[str, Any]:
    """The properties of contacts by name, as the client models them."""
    answer = _ask(lambda: client.crm.properties.core_api.get_all(OBJECT, **_timely()))
    return {each.name: each for each in answer.results}


def other_shapes(existing: Mapping[str, Any], schema: Sequence[Property]) -> Iterator[str]:
    """The names of those of our properties that exist with another type than we write."""
    for wanted in schema:
        there = existing.get(wanted.name)
        if there is not None and not _is_shape(there, str(wanted.shape)):
            yield wanted.name


def _is_shape(there: Any, shape: str) -> bool:
    # Text may be shown on one line or on several: that is for people to choose.
    as_text = (there.type, shape) == ("string", "text")
    return as_text or (there.type, there.field_type) == SHAPES[shape]


def quota_left(account: Account) -> int | None:
    """How many custom properties contacts may still get; None where HubSpot does not tell."""
    answer = account.get(account.paths("quota"), expected=(400, 403, 404))
    for each in answer.json.get("byObjectType") or ():
        if each.get("objectTypeId") == "0-1":
            return max(0, int(each["limit"]) - int(each["usage"]))
    return None


def _refuse_other_shapes(existing: Mapping[str, Any], schema: Sequence[Property]) -> None:
    wrong = list(other_shapes(existing, schema))
    if wrong:
        raise Refused(f"HubSpot has {', '.join(wrong)} with another type than ours: rename or delete it there.")


def _refuse_too_many(account: Account, missing: int) -> None:
    left = quota_left(account) if missing else None
    if left is not None and missing > left:
        raise Refused(
            f"HubSpot allows {left} more custom properties and {missing} are needed: delete some that nobody uses "
            'there, or write properties = "compact" under the connector.'
        )


def _create_group(client: Client) -> None:
    from hubspot.crm.properties import PropertyGroupCreate

    group = PropertyGroupCreate(name=GROUP, label=GROUP_LABEL, display_order=-1)
    _ask(lambda: client.crm.properties.groups_api.create(OBJECT, group, **_timely()), expected=(409,))


def _as_new(wanted: Property) -> Any:
    from hubspot.crm.properties import PropertyCreate

    type, field_type = SHAPES[str(wanted.shape)]
    return PropertyCreate(
        name=wanted.name,
        label=wanted.label,
        description=wanted.description,
        type=type,
        field_type=field_type,
        group_name=GROUP,
        options=_options(wanted),
        form_field=False,
    )


def _options(wanted: Property) -> list[dict[str, Any]]:
    return [
        {"value": each.value, "label": each.label, "displayOrder": order, "hidden": False}
        for order, each in enumerate(wanted.options)
    ]


def _add_options(client: Client, there: Any, wanted: Property) -> None:
    """Add the codes that a new version brought. Labels that people changed stay theirs."""
    from hubspot.crm.properties import PropertyUpdate

    known = {each.value for each in there.options or ()}
    new = [each for each in _options(wanted) if each["value"] not in known]
    if new:
        kept = [_kept(each) for each in there.options]
        update = PropertyUpdate(options=[*kept, *new])
        _ask(lambda: client.crm.properties.core_api.update(OBJECT, wanted.name, update, **_timely()))


def _kept(option: Any) -> dict[str, Any]:
    return {
        "value": option.value,
        "label": option.label,
        "displayOrder": option.display_order,
        "hidden": bool(option.hidden),
    }


def _timely() -> dict[str, Any]:
    return {"_request_timeout": TIMEOUT}


def _retries() -> Any:
    from urllib3.util import Retry

    # Without `allowed_methods=None` the client never tries a POST again.
    return Retry(total=5, backoff_factor=0.5, status_forcelist=(429, 502, 503, 504), allowed_methods=None)


def _ask(request: Callable[[], Any], expected: Sequence[int] = ()) -> Any:
    """Make a request through the client and turn its errors, a class for each package, into ours."""
    import urllib3.exceptions

    try:
        return request()
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable(f"HubSpot does not answer: {type(error).__name__}.") from None
    except Exception as error:
        status = getattr(error, "status", None)
        if not isinstance(status, int):
            raise
        if status in expected:
            return None
        raise _error(status) from None


def _error(status: int) -> ContactableError:
    if status >= 500:
        return Unavailable(f"HubSpot answers {status}.")
    mend = {401: "the token is wrong, has ended, or was taken back", 403: "the token lacks crm.schemas.contacts.write"}
    return Refused(f"HubSpot answers {status}: {mend.get(status, 'the properties cannot be made so')}.")
