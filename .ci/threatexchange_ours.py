"""A plugin of pytest: python-threatexchange's own tests, with our signal types and indices in the place of its own."""

import threatexchange.extensions.vpdq.vpdq as videos
import threatexchange.extensions.vpdq.vpdq_index as video_index
import threatexchange.signal_type.pdq.pdq_index as index
import threatexchange.signal_type.pdq.signal as pictures

from pdqlite import threatexchange as ours

pdq, vpdq = ours.PDQSignal, ours.VPDQSignal  # made over the original before that is replaced
pictures.PdqSignal, videos.VPDQSignal = pdq, vpdq
index.PDQIndex, index.PDQFlatIndex, video_index.VPDQIndex = ours.PDQIndex, ours.PDQFlatIndex, ours.VPDQIndex
