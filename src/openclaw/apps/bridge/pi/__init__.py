"""The Pi runtime on this machine: started, kept running, asked, and ended with everything that it started."""
