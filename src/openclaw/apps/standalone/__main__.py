"""`openclaw up`: everything in one process."""

from openclaw.apps.standalone.main import main

main()
