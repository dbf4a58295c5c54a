"""
Signed, encrypted hash lists: build, endorse, verify, open (docs/formats/list.md).
"""

from pdqlite.lists.keys import (
    load_list_key,
    load_signing_key,
    new_list_key,
    new_signing_key,
)
from pdqlite.lists.manifest import Manifest
from pdqlite.lists.merging import join, merge, usable, vouched
from pdqlite.lists.note import Signer, VerifierKey
from pdqlite.lists.publish import add_delta, build_list, endorse, publish_inventory
from pdqlite.lists.reading import OpenList, Report, open_list, verify_list
from pdqlite.lists.store import Installed, Opened, Store
from pdqlite.lists.store_search import search_sealed
from pdqlite.lists.trust import Trust

__all__ = [
    "Installed",
    "Manifest",
    "OpenList",
    "Opened",
    "Report",
    "Signer",
    "Store",
    "Trust",
    "VerifierKey",
    "add_delta",
    "build_list",
    "endorse",
    "join",
    "load_list_key",
    "load_signing_key",
    "merge",
    "new_list_key",
    "new_signing_key",
    "open_list",
    "publish_inventory",
    "search_sealed",
    "usable",
    "verify_list",
    "vouched",
]
