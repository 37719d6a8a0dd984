"""Preparation and blocks of the dynamics `inputs`: p-bits on the free inputs alone."""
