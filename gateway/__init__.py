"""The modules of the gateway, which websocket_server.py assembles."""
