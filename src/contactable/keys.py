"""The keys of the settings, read from where they lie."""

from __future__ import annotations

from contactable.register import Keyring
from contactable.settings import Key, Settings


def keyring_of(settings: Settings) -> Keyring:
    """The register's keys; raises ``SettingsError`` where one is missing, or open to others."""

    def read(key: Key) -> tuple[str, bytes]:
        return key.id, settings.secret(key.secret)

    keys = settings.keys
    keeping = settings.secret(keys.identifiers) if keys.identifiers else None
    return Keyring.from_secrets(read(keys.current), [read(key) for key in keys.previous], keeping=keeping)
