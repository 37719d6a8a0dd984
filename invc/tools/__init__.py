"""Tools around the compiler: benchmarks and the doctor."""
