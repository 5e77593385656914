"""The five services: their scripts, and what each reads from its environment."""

from booking.settings import BookingSettings
from cinema.settings import CommonSettings
from gateway.settings import GatewaySettings
from listener.settings import ListenerSettings
from notifications.settings import ConsumerSettings, ProducerSettings

SETTINGS: dict[str, type[CommonSettings]] = {
    "booking_service_server.py": BookingSettings,
    "websocket_server.py": GatewaySettings,
    "redis_listener.py": ListenerSettings,
    "notification_producer.py": ProducerSettings,
    "notification_consumer.py": ConsumerSettings,
}
