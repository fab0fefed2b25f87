"""`openclaw worker`: the worker as a process of its own."""

from openclaw.apps.worker.main import main

main()
