"""Text: files written whole, and tables for people."""
