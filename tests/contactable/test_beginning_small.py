"""Beginning with a list or with some contacts over HTTP: those are brought up to date, and nobody else is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from contactable import Contactable
from contactable.beginning import Few, ids_of, load_few
from contactable.cli import group
from contactable.errors import Malformed
from contactable.loading import drain, load
from contactable.register import outbox
from contactable.sandbox import HubSpotSandbox
from contactable.tasks import has_begun, tasks

Connect = Callable[..., Contactable]


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    """Six contacts, of whom the second and the fifth are in a list."""
    people = [{"email": f"person.{n}@example.com", "audience": "consumer", "country": "FR"} for n in range(6)]
    with HubSpotSandbox(people) as sandbox:
        portal, ids = sandbox.portal, list(sandbox.portal.contacts.by_id)
        portal.lists.put_in(portal.lists.add("Pilote", "MANUAL", portal.now), [ids[1], ids[4]], portal.now)
        yield sandbox


def touched(crm: HubSpotSandbox) -> list[int]:
    """Which contacts, by number, hold anything of ours."""
    people = [crm.contact(id).properties for id in crm.portal.contacts.by_id]
    return [n for n, person in enumerate(people) if any(name.startswith("contactable_") for name in person)]


def by_schedule(kit: Contactable, name: str) -> str:
    (task,) = [each for each in tasks(kit, lambda: None) if each.name == name]
    note = task.run()
    drain(kit, "hubspot")
    return note


@pytest.mark.parametrize(
    ("few", "whom"), [(Few(list="1"), [1, 4]), (Few(list="pilote"), [1, 4]), (Few(limit=3), [0, 1, 2])]
)
def test_only_those_one_begins_with_are_written(
    crm: HubSpotSandbox, connect: Connect, few: Few, whom: list[int]
) -> None:
    kit = connect(crm)

    load_few(kit, "hubspot", few)

    assert touched(crm) == whom
    assert not has_begun(kit, "hubspot")


def test_they_are_kept_up_to_date_and_a_webhook_of_another_touches_nobody(
    crm: HubSpotSandbox, connect: Connect
) -> None:
    kit, ids = connect(crm), list(crm.portal.contacts.by_id)
    load_few(kit, "hubspot", Few(list="1"))
    crm.as_person(ids[1], {"contactable_oppose": "post"})
    crm.as_person(ids[0], {"contactable_oppose": "post"})

    note = by_schedule(kit, "sync hubspot")
    kit.register.write(lambda tx: outbox.promise(tx, "hubspot", [str(ids[0])], refresh=True, why="webhook"))
    drain(kit, "hubspot")

    assert note.startswith("2 read")
    assert crm.contact(ids[1]).properties["contactable_post_reason"] == "opposition"
    assert "contactable_post_reason" not in crm.contact(ids[0]).properties


def test_a_merge_of_one_of_them_goes_on_with_the_survivor(crm: HubSpotSandbox, connect: Connect) -> None:
    kit, ids = connect(crm), list(crm.portal.contacts.by_id)
    load_few(kit, "hubspot", Few(list="1"))
    crm.as_person(ids[1], {"contactable_oppose": "email"})
    by_schedule(kit, "sync hubspot")

    survivor = crm.merge(ids[0], ids[1])
    by_schedule(kit, "sync hubspot")
    by_schedule(kit, "sync hubspot")

    assert crm.contact(survivor.id).properties["contactable_email_reason"] == "opposition"


def test_the_first_sync_of_all_takes_everybody_and_ends_the_beginning(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm)
    load_few(kit, "hubspot", Few(limit=1))

    load(kit, "hubspot")

    assert touched(crm) == [0, 1, 2, 3, 4, 5]
    assert has_begun(kit, "hubspot")


def test_a_list_that_is_not_there_is_named_and_nothing_is_written(crm: HubSpotSandbox, connect: Connect) -> None:
    with pytest.raises(Malformed, match="'Nope'"):
        ids_of(connect(crm), "hubspot", Few(list="Nope"))

    assert touched(crm) == []


def run(connect: Connect, crm: HubSpotSandbox, tmp_path: object, *words: str) -> Result:
    connect(crm).close()
    path = f"{tmp_path}/contactable.toml"
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            'public_url = "https://crm.example.com/contactable"\n'
            f'[connectors.hubspot]\ntype = "hubspot"\ntoken = "env:HUBSPOT_TOKEN"\nbase_url = "{crm.url}"\n'
        )
    return CliRunner().invoke(group, ["--settings", path, "sync", *words])


@pytest.mark.parametrize("words", [("--list", "1"), ("--limit", "2")])
def test_the_command_previews_the_few_and_waits_for_yes(
    crm: HubSpotSandbox, connect: Connect, tmp_path: object, words: tuple[str, ...]
) -> None:
    looked = run(connect, crm, tmp_path, *words, "--json")
    before = touched(crm)
    done = run(connect, crm, tmp_path, *words, "--yes")

    assert (looked.exit_code, done.exit_code, before) == (6, 0, [])
    assert '"contacts": 2' in looked.stdout
    assert len(touched(crm)) == 2


def test_list_limit_and_full_exclude_each_other(crm: HubSpotSandbox, connect: Connect, tmp_path: object) -> None:
    done = run(connect, crm, tmp_path, "--limit", "2", "--full")

    assert done.exit_code == 2
    assert touched(crm) == []


def test_a_dry_run_shows_counts_samples_and_what_is_not_understood_and_writes_nothing(
    crm: HubSpotSandbox, connect: Connect, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.as_person(next(iter(crm.portal.contacts.by_id)), {"mobilephone": "voir fiche"})
    monkeypatch.setenv("COLUMNS", "200")

    shown = run(connect, crm, tmp_path, "--dry-run")

    assert shown.exit_code == 0
    assert "6 contacts, 6 to be written" in shown.output
    assert "hubspot:151" in shown.output
    assert "person.0@example.com" not in shown.output
    assert "not understood: number:unreadable 1" in shown.output
    assert touched(crm) == []
