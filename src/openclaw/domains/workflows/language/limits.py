"""How large a workflow may be. Each limit has its own words when it is met."""

MAX_STEPS = 256  # of a definition, nested ones counted
MAX_EDGES = 2_048  # ways from step to step
MAX_DEFINITION_BYTES = 262_144
MAX_DEPTH = 8  # loops, branches and handlers inside one another
MAX_JSON_DEPTH = 32
MAX_EXPRESSION = 2_000  # characters
MAX_ITERATIONS = 10_000  # of one loop; a definition may ask for less
DEFAULT_ITERATIONS = 100
MAX_CONCURRENCY = 32
MAX_BRANCHES = 32
MAX_EXECUTIONS = 10_000  # steps that one run may carry out, each iteration counted
MAX_INPUT_BYTES = 262_144
MAX_OUTPUT_BYTES = 1_048_576  # of one step
MAX_RUN_BYTES = 67_108_864  # of what all steps of one run put out
MAX_ERRORS = 200  # that one validation tells
LONGEST_SECONDS = 31_536_000
