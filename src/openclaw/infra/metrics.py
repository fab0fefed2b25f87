"""Counters and gauges for Prometheus. One registry per process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "openclaw_http_requests_total", "REST requests.", ["route", "method", "status"], registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "openclaw_http_request_seconds", "Time to answer a REST request.", ["route"], registry=REGISTRY
)
GATEWAY_CONNECTIONS = Gauge(
    "openclaw_gateway_connections", "Open gateway connections.", ["role"], registry=REGISTRY
)
RUNS = Counter("openclaw_runs_total", "Agent runs by their end.", ["state"], registry=REGISTRY)
WORKFLOW_RUNS = Counter(
    "openclaw_workflows_executed_total", "Workflow runs by their end.", ["state"], registry=REGISTRY
)
WORKFLOW_SECONDS = Histogram(
    "openclaw_workflow_execution_duration_seconds",
    "From the beginning of a workflow run to its end.",
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 1800, 3600, 86_400),
    registry=REGISTRY,
)
TASKS_SUBMITTED = Counter("openclaw_tasks_submitted_total", "Jobs accepted.", ["kind"], registry=REGISTRY)
TASKS_PROCESSED = Counter(
    "openclaw_tasks_processed_total", "Jobs by their end.", ["kind", "state"], registry=REGISTRY
)
TASKS_RETRIED = Counter(
    "openclaw_tasks_retried_total",
    "Tries of jobs that failed and are followed by another.",
    ["kind"],
    registry=REGISTRY,
)
TASK_QUEUE_DEPTH = Gauge(
    "openclaw_task_queue_depth", "Unfinished jobs of the installation.", ["state"], registry=REGISTRY
)
SCHEDULES_FIRED = Counter(
    "openclaw_schedules_fired_total", "Times of schedules that were fired.", ["kind"], registry=REGISTRY
)
SCHEDULE_LATENESS = Histogram(
    "openclaw_schedule_lateness_seconds",
    "From when a schedule was due until it was fired.",
    buckets=(0.05, 0.25, 1, 2.5, 5, 15, 60, 3600, 86_400),
    registry=REGISTRY,
)
MODEL_TOKENS = Counter(
    "openclaw_model_tokens_total", "Tokens of model calls.", ["direction"], registry=REGISTRY
)
TOOL_CALLS = Counter(
    "openclaw_tool_calls_total", "Tool calls by their end.", ["tool", "state"], registry=REGISTRY
)
PLUGIN_CALLS = Counter(
    "openclaw_plugin_usage_total", "Calls of plugins by their end.", ["plugin", "state"], registry=REGISTRY
)
SANDBOX_EVENTS = Counter(
    "openclaw_sandbox_events_total",
    "Sandboxed calls, and what was odd about them: violations, stopped, lost, refused_connections.",
    ["event"],
    registry=REGISTRY,
)

DELIVERIES = Counter(
    "openclaw_deliveries_total",
    "Tries to deliver pushes and mails, by how each went.",
    ["channel", "state"],
    registry=REGISTRY,
)


def exposition() -> bytes:
    """The metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)
