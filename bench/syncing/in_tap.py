"""``tap-hubspot`` reads every contact: run by ``beside.py`` with the Python of an environment of its own."""

import datetime
import os
import sys
import time

import tap_hubspot

url, token, properties = sys.argv[1:4]
said, count = sys.stdout, 0
sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  where a target would stand
tap_hubspot.BASE_URL = url
far = datetime.datetime(2100, 1, 1)  # noqa: DTZ001  as the tap compares it
tap_hubspot.CONFIG.update(access_token=token, token_expires=far, start_date="2000-01-01T00:00:00Z")
write = tap_hubspot.singer.write_record


def count_and_write(*arguments: object, **more: object) -> None:
    """Write a record as the tap does, and count it."""
    global count
    count += 1
    write(*arguments, **more)


tap_hubspot.singer.write_record = count_and_write
wanted = {f"property_{name}" for name in properties.split(",")}
schema = tap_hubspot.load_schema("contacts")
fields = [
    {"breadcrumb": ["properties", name], "metadata": {"inclusion": "available", "selected": name in wanted}}
    for name in schema["properties"]
]
stream = {"stream": "contacts", "tap_stream_id": "contacts", "schema": schema, "key_properties": ["id"]}
catalog = {"streams": [{**stream, "metadata": [{"breadcrumb": [], "metadata": {"selected": True}}, *fields]}]}
began = time.perf_counter()
tap_hubspot.sync_contacts({"currently_syncing": "contacts"}, tap_hubspot.Context(catalog))
said.write(f"{count} {time.perf_counter() - began}\n")
