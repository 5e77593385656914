"""The parts of redis_listener.py."""
