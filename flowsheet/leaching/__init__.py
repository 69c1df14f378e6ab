"""Leaching: rate laws with where they hold, and their fit to batch curves."""
