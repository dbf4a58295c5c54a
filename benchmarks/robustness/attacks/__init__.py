"""
What an attacker does who knows everything but the secret of the list: evade, forge, invert.

`linear` has the hash and the descriptors as what they are, linear maps of brightness; `solve` finds the least
change of brightness that gives them wanted signs; `forge`, `evade` and `invert` use it; `quality` says what a
change costs the eye. Written from the public definitions (docs/explanation/hashing.md, docs/formats/keypoints.md), not from the core.
"""
