"""Pages on which one order travels as a code."""
