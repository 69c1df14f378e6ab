"""One file, one unit operation, its documentation at the head."""
