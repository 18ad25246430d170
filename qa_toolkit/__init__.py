"""Quality-assurance scoring and speech analytics: from calls and keyed records to evidenced scores.

Importing this package is cheap on purpose: models, audio and database libraries load when first used.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
