"""Solvent extraction: rows of mixer-settlers and what belongs to them."""
