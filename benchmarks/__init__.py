"""Performance claims, each as a ratio or a difference to a floor that is measured in the same run."""
