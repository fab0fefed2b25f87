"""Routes of results, and the pages that show them outside of the console's origin."""
