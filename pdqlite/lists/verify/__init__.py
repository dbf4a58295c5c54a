"""The two readers of a release, the device's in C and the auditor's; deltas, openings, what is remembered."""
