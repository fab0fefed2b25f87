"""A process of its own that ends what a host runs when its lease is over, or when the host itself is gone.

It stands between a host that was killed, or that hangs, and a second machine which is then given the same run. It
reads from its input: eight bytes for each renewal, the seconds that are left as a big-endian double. It imports next
to nothing, since there is one on each host all the time.
"""

import os
import select
import struct
import sys
import time

from openclaw.apps.bridge.tools.process_tree import kill_marked

RENEWAL = struct.Struct(">d")


def main() -> None:
    """Watch until the input ends. The argument is the mark that the host's processes carry."""
    mark = sys.argv[1]
    deadline: float | None = None
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not select.select([0], [], [], left)[0]:
            kill_marked(mark)
            deadline = None
            continue
        renewal = os.read(0, RENEWAL.size)  # written whole: a pipe takes so little at once
        if len(renewal) < RENEWAL.size:
            kill_marked(mark)
            return
        deadline = time.monotonic() + RENEWAL.unpack(renewal)[0]


if __name__ == "__main__":
    main()
