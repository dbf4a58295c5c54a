"""Merkle trees, Ed25519 with one verdict everywhere, Cobblestone-256."""
