"""``contactable demo``: the whole loop on this laptop, in under a minute."""

from __future__ import annotations

import secrets
import socket
import threading
from collections import Counter

import click
from rich.console import Console
from rich.table import Table

from contactable.cli import json_option, print_json
from contactable.demo.acts import ACTS, STOP, Done, perform
from contactable.demo.elsewhere import look_elsewhere
from contactable.demo.proof import differences
from contactable.demo.stage import Stage, answering, stage
from contactable.errors import SettingsError
from contactable.loading import load
from contactable.logs import quiet
from contactable.progress import progress_bar
from contactable.register import accounts
from contactable.register.accounts import Role
from contactable.rules import Channel, Reason
from contactable.rules.calendar import paris_day


@click.command()
@click.option("--keep", is_flag=True, help="Leave everything running, and print the addresses to look at.")
@json_option
def command(keep: bool, as_json: bool) -> None:
    """Sync 500 invented contacts from a HubSpot on this laptop, then let four people object: in the CRM and elsewhere.

    Exit code 0 only if the CRM's properties are at the end what the law says.
    """
    console = Console(stderr=as_json)
    quiet()
    port = _free_port()
    with stage(port) as scene:
        console.print(
            f"A HubSpot with {len(scene.crm.portal.contacts.by_id)} invented contacts answers at {scene.crm.url}"
        )
        with progress_bar("syncing") as moved:
            console.print(load(scene.kit, "hubspot", progress=moved))
        console.print(_table(scene))
        with answering(scene.kit, port):
            done = _act(scene, console)
            wrong = _prove(scene, done)
            beyond = look_elsewhere(scene, next(each for each in done if each.act is STOP))
            console.print(
                f"\n[bold]The same STOP at another sender[/]: on Brevo's blocklist {beyond.blocked_ms:.0f} ms later"
            )
            console.print(f"[bold]Six minutes later Brevo writes all the same[/]: {beyond.incident}")
            said = "\n".join(wrong[:20]) or "The CRM shows what the law says, for everybody."
            console.print(f"\n{said}", style="red" if wrong else "green", highlight=False)
            if as_json:
                print_json(
                    {
                        "differences": wrong,
                        "property_ms": {each.act.title: each.milliseconds for each in done},
                        "blocked_ms": beyond.blocked_ms,
                        "incident": beyond.incident,
                    }
                )
            if keep:
                _wait(scene, console)
    if wrong:
        raise click.exceptions.Exit(1)


def _act(scene: Stage, console: Console) -> list[Done]:
    done: list[Done] = []
    for act in ACTS:
        each = perform(scene, act, [before.contact for before in done])
        done.append(each)
        console.print(f"\n[bold]{act.title}[/]: {each.who}, {each.milliseconds:.0f} ms from the POST to the property")
        for name, (before, after) in sorted(each.changed.items()):
            console.print(f"    {name}: {before or '-'} → {after or '-'}", highlight=False)
    return done


def _prove(scene: Stage, done: list[Done]) -> list[str]:
    contacts = {str(id): dict(each.properties) for id, each in scene.crm.portal.contacts.by_id.items()}
    acts = [(each.contact, channel) for each in done for channel in each.act.closes]
    return differences(contacts, acts, paris_day(scene.kit.clock()), scene.folder)


def _table(scene: Stage) -> Table:
    counts = Counter(
        (channel, Reason(contact.properties[f"contactable_{channel}_reason"]))
        for contact in scene.crm.portal.contacts.by_id.values()
        for channel in Channel
    )
    table = Table("channel", "", "why", "contacts", title="Who may be approached today")
    for channel in Channel:
        for (of, reason), count in sorted(counts.items(), key=lambda each: (not each[0][1].opens, -each[1])):
            if of is channel:
                table.add_row(channel, "[green]open[/]" if reason.opens else "[red]closed[/]", reason, str(count))
        table.add_section()
    return table


def _wait(scene: Stage, console: Console) -> None:
    console.print(f"\nThe CRM: {scene.crm.url}/crm/v3/objects/contacts   (token in {scene.folder}/hubspot.token)")
    first = next(iter(scene.crm.portal.contacts.by_id.values()))
    console.print(f"A contact as people see it there: {scene.crm.url}/sandbox/person/{first.id}")
    console.print(f"The kit: {scene.url}/readyz   (settings in {scene.folder}/contactable.toml)")
    console.print(f"A contact's own page: {first.properties['contactable_link']}, and without a link: {scene.url}/stop")
    console.print(
        f"Consents, and their proof: type a number of the CRM at {scene.url}/mine, and look at {scene.phone.url}"
    )
    _open_console(scene, console)
    console.print("Ctrl-C ends it.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print("Ended.")


def _open_console(scene: Stage, console: Console) -> None:
    """Say where people look, and how to log in there as long as this runs."""
    from contactable.console.private import passwords

    word = secrets.token_urlsafe(12)
    try:
        kept = passwords.hashed(word)
    except SettingsError as error:
        console.print(f"The console: {error}", markup=False)
        return
    scene.kit.register.write(lambda tx: accounts.add(tx, "demo", Role.ADMINISTRATOR, kept))
    console.print(f"The console: {scene.url}/console/   (name: demo, password: {word})", markup=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
