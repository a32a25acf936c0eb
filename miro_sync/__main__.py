"""`python -m miro_sync`: the same as the command `miro-sync`."""

from miro_sync.cli import main

main()
