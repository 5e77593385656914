"""What redis_listener.py reads from its environment."""

from pydantic import Field

from cinema.settings import NotifySecretSettings, RedisSettings, Seconds


class ListenerSettings(RedisSettings, NotifySecretSettings):
    ws_notify_url: str = Field(
        default="http://localhost:8000/notify_liberacao",
        pattern=r"^https?://(\[[0-9A-Fa-f:.]+\]|[^\s/:?#@\[\]]+)(:\d{1,5})?(/\S*)?$",
        description="http(s)://host[:port]/notify_liberacao of a gateway",
    )
    notify_timeout_seconds: Seconds = Field(
        default=3, description="how long one POST may take, in seconds"
    )
