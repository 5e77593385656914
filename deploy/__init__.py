"""For `make run` and the tests alone: local Redis, Kafka, mail catcher, and the launcher.

No service imports it, and the image does not have it. The configuration of the real programs is
beside this file (redis.conf, kafka/server.properties, supervisord.conf): tests run against what
users run.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
