"""Bytes and texts of a list, and its columns: each in its one encoding (docs/formats/list.md)."""
