"""Finds the providers: every module of ``webhooks/providers``, and the entry points ``contactable.providers``.

A module has ``STATUS``, ``ANSWERS``, ``authenticate(request, secrets)`` and ``parse(request)``. It may have ``PROOF``
(a ``Proof``, or a function of the request; by default a verified signature), ``METHODS``, ``answer_probe``,
``questions`` where lists are polled, ``BLOCKLIST`` where its API takes blocks, ``PHONE`` where agents call, and
``sign(request, secrets)`` where it checks signatures, ``kept(request)`` where the body holds a secret,
``rings(request)`` where one may be no more than a bell. Whatever it checks, every scheme without signature that the
endpoint configures (a secret in the path, basic authentication …) must be right as well.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from contactable.errors import SettingsError
from contactable.webhooks import providers
from contactable.webhooks.provider import Answers, Authenticate, Proof, Provider, Sign
from contactable.webhooks.request import Request, Secrets, check_schemes, sign_by_secret

__all__ = ["Answers", "Proof", "Provider", "all_providers", "find_provider", "provider_ids"]


@cache
def provider_ids() -> tuple[str, ...]:
    """The ids of all providers, in alphabetical order; nothing is imported for it."""
    ours = {module.name for module in pkgutil.iter_modules(providers.__path__)}
    return tuple(sorted(ours | set(entry_points(group="contactable.providers").names)))


@cache
def find_provider(id: str) -> Provider:
    """The provider of that id, imported now; raise ``SettingsError`` where there is none."""
    # Looked up before the import: a name from settings must not import any module it likes.
    if id not in provider_ids():
        raise SettingsError(f"There is no provider {id!r}; known are {', '.join(provider_ids())}, and `generic`.")
    return _provider(id, _module(id))


def all_providers() -> tuple[Provider, ...]:
    """Every provider, in alphabetical order."""
    return tuple(find_provider(id) for id in provider_ids())


def _module(id: str) -> ModuleType:
    # A third party's module wins over ours, so that a company can mend an adapter without waiting for a release.
    outside = entry_points(group="contactable.providers", name=id)
    if outside:
        module: ModuleType = next(iter(outside)).load()
        return module
    return importlib.import_module(f"contactable.webhooks.providers.{id}")


def _with_schemes(authenticate: Authenticate) -> Authenticate:
    def check(request: Request, secrets: Secrets) -> str | None:
        check_schemes(request, secrets)
        return authenticate(request, secrets)

    return check


def _with_secrets(sign: Sign | None) -> Sign:
    def send(request: Request, secrets: Secrets) -> Request:
        signed = sign_by_secret(request, secrets)
        return sign(signed, secrets) if sign else signed

    return send


def _provider(id: str, module: ModuleType) -> Provider:
    page = (module.__doc__ or "").strip()
    # Only modules that check no signature of their own say otherwise.
    proof = getattr(module, "PROOF", Proof.SIGNED)
    return Provider(
        id=id,
        title=page.partition(":")[0],
        page=page,
        status=module.STATUS,
        answers=module.ANSWERS,
        authenticate=_with_schemes(module.authenticate),
        sign=_with_secrets(getattr(module, "sign", None)),
        parse=module.parse,
        proof=proof if callable(proof) else lambda request: proof,
        proofs=tuple(Proof) if callable(proof) else (proof,),
        methods=getattr(module, "METHODS", ("POST",)),
        answer_probe=getattr(module, "answer_probe", None),
        questions=getattr(module, "questions", None),
        blocklist=getattr(module, "BLOCKLIST", None),
        phone=getattr(module, "PHONE", None),
        registrations=getattr(module, "REGISTRATIONS", None),
        confirmation_url=getattr(module, "confirmation_url", None),
        kept=getattr(module, "kept", lambda request: request.raw),
        rings=getattr(module, "rings", None),
    )
