"""Pages as a browser makes them, for code that is in a jail: the browser is in another, and has no network at all."""
