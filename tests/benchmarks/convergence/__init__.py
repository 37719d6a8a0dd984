"""The benchmark of the engine: models, peers, measurements, and what is printed of them."""
