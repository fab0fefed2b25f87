"""Passwords: argon2id in a small thread pool, and what is too weak."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from openclaw.domains.identity.errors import WeakPasswordError

MINIMUM_LENGTH = 8
# OWASP's equal-strength choice with the shortest time: 46 MiB, one pass. Two at once bound the memory.
_hasher = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_COMMON = frozenset(
    "password password1 passw0rd 12345678 123456789 1234567890 qwertyui qwerty123 11111111 00000000 iloveyou "
    "abcd1234 1q2w3e4r letmein1 welcome1 admin123 openclaw changeme".split()
)


def check_password(password: str, *, username: str, email: str) -> None:
    """Raise WeakPasswordError for what is short, common, or the account's own name."""
    lowered = password.lower()
    own = {username.lower(), email.lower(), email.lower().partition("@")[0]}
    if len(password) < MINIMUM_LENGTH or lowered in _COMMON or lowered in own or len(set(password)) < 3:
        raise WeakPasswordError(minimum=MINIMUM_LENGTH)


async def hash_password(password: str) -> str:
    """The argon2id hash, with its parameters and salt."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _hasher.hash, password)


async def is_password(stored: str | None, password: str) -> bool:
    """True when ``password`` made ``stored``; None takes as long and is False."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _verify, stored, password)


@cache
def _nobody() -> str:
    """Verified when the account is unknown, so that the answer takes the same time."""
    return _hasher.hash("no account has this password")


def _verify(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
