"""Programs that tests of circuits need, and the reason where one is missing."""

import pytest

from invc.rtl.programs import INSTALL, find


def needs(name: str) -> pytest.MarkDecorator:
    """Skips a test where a program is not here."""
    return pytest.mark.skipif(find(name) is None, reason=f"needs {name}: {INSTALL[name]}")
