"""``python -m contactable``: the command line."""

from contactable.cli import main

main()
