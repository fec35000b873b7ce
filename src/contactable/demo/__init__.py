"""The demonstration: the whole loop on one laptop, over real HTTP, on invented contacts.

``stage`` builds it (sandbox, settings, server), ``acts`` lets four things happen, ``proof`` says whether the CRM shows
what the law says.
"""
