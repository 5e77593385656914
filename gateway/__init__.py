"""The parts of the gateway: what websocket_server.py puts together."""
