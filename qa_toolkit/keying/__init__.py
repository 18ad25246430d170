"""Records + layout -> discrepancies, accuracy."""
