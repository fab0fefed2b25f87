"""Jobs as metrics: of all tenants, so that nobody else has any on this server."""

import pytest

from tests.domains.jobs.conftest import AT_ONCE
from tests.domains.jobs.test_jobs import free, held_up
from tests.domains.workflows.peers import running_peer
from tests.support.accounts import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_depth_of_the_queue_is_a_metric_by_the_seeds_name(ann: Person) -> None:
    async with running_peer() as peer:
        _, slow = await held_up(ann, peer)
        said = (await ann.server.client(base="").get("/metrics")).text
        assert f'openclaw_task_queue_depth{{state="running"}} {AT_ONCE}.0' in said
        await free(ann, slow)
        said = (await ann.server.client(base="").get("/metrics")).text
        assert 'openclaw_task_queue_depth{state="running"} 0.0' in said
        assert 'openclaw_tasks_processed_total{kind="workflows.run",state="cancelled"}' in said
        assert "openclaw_workflow_execution_duration_seconds_count" in said
