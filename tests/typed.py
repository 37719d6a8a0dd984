"""What the types of tests need: that something is there, said and checked in one word."""

from typing import TypeVar

Thing = TypeVar("Thing")


def sure(thing: Thing | None) -> Thing:
    """The thing itself, which a test knows to be there."""
    assert thing is not None
    return thing
