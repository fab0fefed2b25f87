"""Where databases of tests live: in memory, since nothing of them has to survive the machine."""

import os
import shutil

_SHARED_MEMORY = "/dev/shm"
_NEEDED_BYTES = 2 << 30


def memory_folder() -> str | None:
    """A folder for temporary ones, for `tempfile`; None (the usual place) where there is no roomy one in memory.

    Making a database writes out whole files; on a disk that is most of what a test of the server waits for.
    """
    if os.access(_SHARED_MEMORY, os.W_OK) and shutil.disk_usage(_SHARED_MEMORY).free >= _NEEDED_BYTES:
        return _SHARED_MEMORY
    return None
