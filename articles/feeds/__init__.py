"""Bytes in, entries out. Knows no Django."""
