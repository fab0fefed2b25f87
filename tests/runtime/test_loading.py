"""The library of models is loaded once, whoever needs it first."""

import subprocess
import sys

_RACE = """
import asyncio
from openclaw.runtime.loading import load_library
from openclaw.runtime.history import user_message
from openclaw.runtime.toolset import tool_definitions

async def turn():
    await load_library()
    return user_message("hello"), tool_definitions()

async def main():
    made = await asyncio.gather(load_library(), turn(), asyncio.to_thread(asyncio.run, load_library()), turn())
    assert made[1][1], made

asyncio.run(main())
"""


def test_a_turn_that_begins_while_it_is_loaded_waits_for_it() -> None:
    done = subprocess.run([sys.executable, "-c", _RACE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
