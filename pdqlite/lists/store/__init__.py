"""A list installed on a device."""
