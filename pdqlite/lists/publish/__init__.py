"""Building, endorsing and publishing a list."""
