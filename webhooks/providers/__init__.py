"""One module a sender, found by its file name; what a module must have stands in ``contactable.webhooks.registry``."""
