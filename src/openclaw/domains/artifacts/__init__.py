"""Results of work: typed, in versions, with where they come from; reviewed, shown in isolation, published as sites."""
