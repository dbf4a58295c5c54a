"""What every benchmark shares: the report, clocks, comparison, page, gate. Knows no benchmark."""
