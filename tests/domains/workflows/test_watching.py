"""What a page that watches runs is told: which steps are being done, what has changed since, and which runs there were."""

from datetime import timedelta

from tests.domains.workflows.peers import answering
from tests.domains.workflows.running import definition, ended, save, start, step, steps_of, transform
from tests.support.accounts import register
from tests.support.server import Server
