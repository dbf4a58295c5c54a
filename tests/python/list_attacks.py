"""Every attack on a logged list, by its name (list_scenarios.py says what a scenario is), in the order of the vectors."""

import list_attacks_replay  # noqa: F401, I001
import list_attacks_keys  # noqa: F401
import list_attacks_log  # noqa: F401
from list_scenarios import ATTACKS, Scenario, fork, going_on, world

__all__ = ["ATTACKS", "Scenario", "fork", "going_on", "world"]
