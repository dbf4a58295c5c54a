"""
Signed, encrypted hash lists: build, endorse, verify, open (docs/formats/list.md).
"""

from pdqlite.lists.format.keys import load_list_key, load_signing_key, new_list_key, new_signing_key
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.merging import join, merge, take, usable, vouched
from pdqlite.lists.format.note import Signer, VerifierKey
from pdqlite.lists.format.trust import Trust
from pdqlite.lists.publish.release import add_delta, build_list, build_sorted, endorse, publish_inventory, read_release
from pdqlite.lists.publish.writing import ListTerms
from pdqlite.lists.store.opened import Installed, Opened
from pdqlite.lists.store.search import search_sealed
from pdqlite.lists.store.store import Store
from pdqlite.lists.verify.auditor import VerifiedList
from pdqlite.lists.verify.comparison import compare
from pdqlite.lists.verify.reading import OpenList, Report, open_list, verify_list

__all__ = [
    "Installed",
    "ListTerms",
    "Manifest",
    "OpenList",
    "Opened",
    "Report",
    "Signer",
    "Store",
    "Trust",
    "VerifiedList",
    "VerifierKey",
    "add_delta",
    "build_list",
    "build_sorted",
    "compare",
    "endorse",
    "join",
    "load_list_key",
    "load_signing_key",
    "merge",
    "new_list_key",
    "new_signing_key",
    "open_list",
    "publish_inventory",
    "read_release",
    "search_sealed",
    "take",
    "usable",
    "verify_list",
    "vouched",
]


def __dir__() -> list[str]:
    """The interface, without the modules that it is made of."""
    return __all__
