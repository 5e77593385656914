"""What `python -m verify` reads from its environment: what booking and the producer read."""

from cinema.settings import RedisSettings, SecretsSettings
from notifications.settings import KafkaSettings, LedgerSettings


class VerifySettings(RedisSettings, KafkaSettings, LedgerSettings, SecretsSettings):
    pass
