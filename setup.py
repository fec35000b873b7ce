"""Refuse to build from a checkout without symbolic links: the wheel would lack most packages."""

from pathlib import Path

from setuptools import setup

if not Path(__file__).with_name("src").joinpath("contactable", "rules", "__init__.py").is_file():
    raise SystemExit("src/contactable/rules is not a link to rules/: check out with `git config core.symlinks true`.")
setup()
