"""A local stand-in for browsers' push services: for development and tests. Knows no Django.

`python -m notifications.emulator.push_service --port 9098`, then name its host:port in
WEB_PUSH_HOSTS and OUTBOUND_ALLOW. A stock Firefox subscribes there with dom.push.serverURL set to
ws://127.0.0.1:9098/ and dom.push.testing.allowInsecureServerURL. `manage.py check --deploy` refuses
both settings, and without them no product sends there.
"""
