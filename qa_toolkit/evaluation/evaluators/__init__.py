"""The shipped evaluators, one a module, each registered as an entry point like any plugin."""
