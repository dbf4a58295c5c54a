"""The only door to the C core: one file for each of its parts."""
