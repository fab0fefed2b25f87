"""`openclaw gateway`: the gateway as a process of its own."""

from openclaw.apps.gateway.main import main

main()
