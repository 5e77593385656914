"""`.env.example` lists every setting, with the default that the code has."""

import re

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from deploy import ROOT
from deploy.plan import Plan
from deploy.services import SETTINGS

TEXT = (ROOT / ".env.example").read_text(encoding="utf-8")
LISTED = dict(re.findall(r"^#([A-Z_]+)=(.*)$", TEXT, re.M))


def fields() -> dict[str, FieldInfo]:
    """Every setting of every service, by the name of its variable."""
    kinds = SETTINGS.values()
    return {name.upper(): field for kind in kinds for name, field in kind.model_fields.items()}


def written(default: object) -> str:
    """A default as one writes it into the environment."""
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default is None else str(default)


def test_every_setting_is_listed_with_its_default() -> None:
    launcher = {"REDIS_PORT": "6379", "KAFKA_PORT": "9092"}
    launcher |= {"MAIL_PORT": "", "MAIL_WEB_PORT": "8025"}
    assert LISTED == launcher | {name: written(field.default) for name, field in fields().items()}


def test_the_launchers_own_ports_are_listed_with_their_defaults() -> None:
    plan = Plan.of({})
    assert (LISTED["REDIS_PORT"], LISTED["KAFKA_PORT"]) == (
        str(plan.redis_port),
        str(plan.kafka_port),
    )
    assert (LISTED["HTTP_PORT"], LISTED["BOOKING_PORT"], LISTED["SMTP_PORT"]) == (
        str(plan.http_port),
        str(plan.booking_port),
        str(plan.mail_port),
    )


def test_nothing_is_set_by_a_plain_copy() -> None:
    lines = TEXT.splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
