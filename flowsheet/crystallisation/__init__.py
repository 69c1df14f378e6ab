"""Crystallisation: rates of nucleation and growth, what crystals take up, and what a crystalliser needs of heat and power."""
