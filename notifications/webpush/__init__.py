"""The Web Push protocol: what is sent to a browser's push service, and how. Knows no Django."""
