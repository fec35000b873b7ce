"""The public pages: what may be sent to a person and where, closing it, and, by a fresh link, consents and proofs."""
