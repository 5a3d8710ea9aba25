"""What the tests know to be there, where the product may give ``None``."""

from typing import TypeVar

T = TypeVar("T")


def present(value: T | None) -> T:
    """Give a value back that must not be ``None``."""
    assert value is not None
    return value
