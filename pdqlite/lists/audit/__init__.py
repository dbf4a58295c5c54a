"""The audit of a published list, and the statement that an auditor signs."""
