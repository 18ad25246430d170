"""Paper and its scans: forms drawn from a layout, pages found in scans, fields read as a second opinion."""
