"""The interpreter of a run: a state machine that is fed events and says what to do next. Pure; no I/O."""
