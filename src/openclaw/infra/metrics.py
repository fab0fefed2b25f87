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


def exposition() -> bytes:
    """The metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)
