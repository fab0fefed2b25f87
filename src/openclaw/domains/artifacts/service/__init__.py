"""Results: kept, found, reviewed, shown, published."""
