"""`python -m invc` is `invc`."""

from invc.cli import main

main()
