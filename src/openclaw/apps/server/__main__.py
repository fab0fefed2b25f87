"""`openclaw server`: the App Server as a process of its own."""

from openclaw.apps.server.main import main

main()
