"""HubSpot's own client reads every contact: run by ``beside.py`` with the Python of an environment of its own."""

import sys
import time

from hubspot import Client

url, token, properties = sys.argv[1:4]
client = Client.create(access_token=token, host=url)
began = time.perf_counter()
count = len(client.crm.contacts.get_all(properties=properties.split(",")))
sys.stdout.write(f"{count} {time.perf_counter() - began}\n")
