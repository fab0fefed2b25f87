"""An author's plugin on this machine: folder, tests and examples, keys, package. No server is needed."""
