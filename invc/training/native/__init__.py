"""Compiled code of the training room."""
