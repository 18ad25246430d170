"""The ``qa`` command: each command parses, calls one function of the library, prints."""
