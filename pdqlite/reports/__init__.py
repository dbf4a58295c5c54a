"""
Fingerprint reports: made on the reporter's device, sealed to several organisations, taken in, grouped, decided on and
answered (docs/formats/report.md).
"""
