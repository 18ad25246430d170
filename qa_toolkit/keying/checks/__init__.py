"""Keying checked by people: blind second keying, audit against the paper, planted errors, rulings."""
