"""A local stand-in for FCM's HTTP v1 API: for development, tests and figures. Knows no Django.

`python -m notifications.emulator --port 9099 --state-dir DIR`, then point FCM_URL at it.
"""
