"""The app developers' door."""
