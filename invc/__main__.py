"""The program `invc`; `python -m invc` is the same."""

import sys


def run() -> None:
    """Load the command line and run it: Ctrl-C while it loads is no traceback either."""
    try:
        from invc.cli import main  # noqa: PLC0415 - what is interrupted

        main()
    except (KeyboardInterrupt, RuntimeError) as error:
        # As a class is made, Python 3.11 puts the interrupt into an error of its own.
        if not isinstance(error.__cause__ or error, KeyboardInterrupt):
            raise
        print("interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    run()
