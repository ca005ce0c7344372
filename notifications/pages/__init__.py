"""The web door to alerts."""
