"""
Values of options, checked where they are given.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from pdqlite.errors import ArgumentError, ListFormatError
from pdqlite.lists.format import encoding

_DIGITS = 20  # of the largest number that any option takes


def number(low: int, high: int) -> Callable[[str], int]:
    """Return what reads an option that is a number from `low` to `high`."""

    def read(text: str) -> int:
        digits = text.isascii() and text.isdigit() and len(text) <= _DIGITS
        if not digits or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"expected a whole number from {low} to {high}")
        return int(text)

    return read


def option(check: Callable[[str, str], str], text: str, what: str) -> str:
    """Return `text` if it passes one of the checks of a list's texts."""
    try:
        return check(text, what)
    except ListFormatError as error:
        raise ArgumentError(str(error)) from None


def origin(text: str) -> str:
    """Read the name of a list."""
    return _typed(encoding.name, text, "name of the list")


def token(text: str) -> str:
    """Read a category."""
    return _typed(encoding.token, text, "category")


def _typed(check: Callable[[str, str], str], text: str, what: str) -> str:
    try:
        return check(text, what)
    except ListFormatError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
