"""What redis_listener.py is made of."""
