"""What every test shares."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent
# Tests are imported by path; this lets them share designs.py. The checkout itself stays off the
# path, so that what is tested is what is installed.
sys.path.insert(0, str(ROOT))

# In CI the examples are the same each time, as hypothesis itself has it there: a change is not
# refused for an example that its author never saw. Elsewhere, and in `make fuzz`, they are new.
settings.register_profile("invc", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("invc")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT.parent
