"""The expected answers of the exercises, one module a chapter."""
