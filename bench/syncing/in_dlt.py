"""dlt's ``rest_api`` source reads every contact: run by ``beside.py`` with the Python of an environment of its own."""

import sys
import time

from dlt.sources.rest_api import rest_api_source

url, token, properties = sys.argv[1:4]
source = rest_api_source(
    {
        "client": {
            "base_url": url,
            "auth": {"type": "bearer", "token": token},
            "paginator": {"type": "cursor", "cursor_path": "paging.next.after", "cursor_param": "after"},
        },
        "resources": [
            {
                "name": "contacts",
                "endpoint": {
                    "path": "crm/v3/objects/contacts",
                    "params": {"limit": 100, "properties": properties},
                    "data_selector": "results",
                },
            }
        ],
    }
)
began = time.perf_counter()
count = sum(1 for _ in source.resources["contacts"])
sys.stdout.write(f"{count} {time.perf_counter() - began}\n")
