"""Pictures of designs and runs: plots, an HTML page, waveforms, and netlists as graphs."""
