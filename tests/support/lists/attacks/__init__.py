"""Every attack on a logged list, by its name (scenarios.py beside says what a scenario is), in the order of the vectors."""

from support.lists.attacks import replay  # noqa: F401, I001
from support.lists.attacks import keys  # noqa: F401
from support.lists.attacks import log  # noqa: F401
from support.lists.scenarios import ATTACKS, Scenario, fork, going_on, world

__all__ = ["ATTACKS", "Scenario", "fork", "going_on", "world"]
