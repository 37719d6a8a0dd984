"""Contrastive learning: samples stream through clamps while accumulators keep what they learnt."""
