"""A consultation as a hospital files it: one sheet of blocks, written as HTML or as PDF."""
