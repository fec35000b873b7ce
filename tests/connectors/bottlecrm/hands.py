"""Run inside BottleCRM's own environment: makes organisations, and plays people there. One JSON line, one answer."""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from common.models import CustomFieldDefinition, Org, PersonalAccessToken, Profile, User  # noqa: E402
from contacts.models import Contact  # noqa: E402


def organisation(name: str) -> list[str]:
    """A new organisation, and a token of its administrator."""
    org = Org.objects.create(name=name, company_name=name)
    user = User.objects.create_user(email=f"{name}@example.com", password="x" * 20)
    profile = Profile.objects.create(user=user, org=org, role="ADMIN")
    token, _ = PersonalAccessToken.generate(profile, "contactable")
    return [str(org.id), token]


def add(org: str, contacts: list[dict[str, Any]], days_ago: int) -> list[str]:
    """Contacts, all in one moment."""
    made = Contact.objects.bulk_create(
        [Contact(org_id=org, first_name="P", last_name="Q", **each) for each in contacts]
    )
    if days_ago:
        at = datetime.now(UTC) - timedelta(days=days_ago)
        Contact.objects.filter(id__in=[each.id for each in made]).update(created_at=at, updated_at=at)
    return [str(each.id) for each in made]


def change(id: str, values: dict[str, Any]) -> None:
    """Somebody changes a contact."""
    contact = Contact.objects.get(id=id)
    for name, value in values.items():
        setattr(contact, name, value)
    contact.save()


def delete(id: str) -> None:
    """Somebody deletes a contact."""
    Contact.objects.get(id=id).delete()


def values(id: str) -> dict[str, Any]:
    """What is held on a contact."""
    contact = Contact.objects.get(id=id)
    names = ("email", "phone", "description", "do_not_call")
    return {**{name: getattr(contact, name) for name in names}, **(contact.custom_fields or {})}


def count(org: str) -> int:
    """How many contacts an organisation has."""
    number: int = Contact.objects.filter(org_id=org).count()
    return number


def occupy(org: str, key: str) -> None:
    """A field of numbers."""
    CustomFieldDefinition.objects.create(org_id=org, target_model="Contact", key=key, label=key, field_type="number")


if __name__ == "__main__":
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(globals()[name](*arguments)) + "\n")
        sys.stdout.flush()
