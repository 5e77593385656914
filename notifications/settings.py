"""What notification_producer.py and notification_consumer.py read from their environment."""

from pathlib import Path

from pydantic import Field

from cinema.settings import (
    BookingClientSettings,
    CommonSettings,
    PublicUrlSettings,
    RedisSettings,
    Seconds,
)
from notifications.smtp_settings import SmtpSettings


class KafkaSettings(CommonSettings):
    kafka_bootstrap_servers: str = Field(
        default="localhost:9092",
        pattern=r"^([^,:\s]+:\d+(,[^,:\s]+:\d+)*)?$",
        description="host:port, several separated by commas; empty: Kafka is off",
    )


class LedgerSettings(CommonSettings):
    ledger_file: Path = Field(
        default=Path("reservas_confirmadas.json"), description="the file of confirmed orders"
    )


class DeliverySettings(LedgerSettings, BookingClientSettings, SmtpSettings, PublicUrlSettings):
    """The ledger and the mails."""

    mail_retry_first_seconds: Seconds = Field(
        default=60,
        description="how long a mail waits after the first try that was postponed, in seconds; "
        "each wait is twice the one before",
    )
    mail_retry_longest_seconds: Seconds = Field(
        default=3_600, description="the longest of these waits, in seconds"
    )
    mail_retry_hours: float = Field(
        default=48,
        gt=0,
        le=720,
        description="after how many hours of waiting a mail is given up, "
        "more than 0 and at most 720",
    )
    mail_lease_seconds: Seconds = Field(
        default=30,
        description="how long the mails of a sender that died wait for the next one, in seconds",
    )


class ProducerSettings(RedisSettings, KafkaSettings, DeliverySettings):
    pass


class ConsumerSettings(KafkaSettings, DeliverySettings):
    pass
