"""The bridge: the program on a person's own machine. It links the machine, and runs tools for its owner only."""
