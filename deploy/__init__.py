"""What only `make run` and the tests need: the local Redis, Kafka and mail catcher, and the launcher.

Nothing here is part of the services or of their image. The settings of the real parts live beside this file
(redis.conf, kafka/server.properties, supervisord.conf), so that a test runs against what a user runs.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
