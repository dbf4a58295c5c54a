"""
python-threatexchange's and HMA's signal types and indices over our hashing and our index. Their users change one import:

    from pdqlite.threatexchange import PDQIndex    # was: threatexchange.signal_type.pdq.pdq_index
    from pdqlite.threatexchange import PDQSignal   # was: threatexchange.signal_type.pdq.signal.PdqSignal
    from pdqlite.threatexchange import VPDQSignal  # was: threatexchange.extensions.vpdq.vpdq.VPDQSignal

Same names, same signals as text, same matches. The indices work without python-threatexchange; the signal types need it, as they are
its classes. In HMA's configuration: `SIGNAL_TYPES = [PDQSignal, VPDQSignal, ...]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pdqlite.threatexchange.index import PDQFlatIndex, PDQIndex
from pdqlite.threatexchange.videos import VPDQIndex

if TYPE_CHECKING:
    from pdqlite.threatexchange.signals import PDQSignal, VPDQSignal

__all__ = ["PDQFlatIndex", "PDQIndex", "PDQSignal", "VPDQIndex", "VPDQSignal"]


def __getattr__(name: str) -> Any:
    """Give the signal types when they are first asked for: python-threatexchange is imported then."""
    if name in ("PDQSignal", "VPDQSignal"):
        from pdqlite.threatexchange import signals

        return getattr(signals, name)
    raise AttributeError(name)
