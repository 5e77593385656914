"""What the settings decide, in the form in which booking's modules take it."""

from dataclasses import dataclass, field

from booking.hold_rules import HoldRules
from booking.mail_limits import MailLimitRules
from booking.retention import RetentionRules
from booking.settings import BookingSettings
from cinema.secret_files import given_or_kept

_DAY_MS = 24 * 3_600_000


@dataclass(frozen=True)
class Policy:
    """`patience` is how many seconds a request may take; `cancel_until_ms` is how long before its
    session's start an order can still be cancelled."""

    holds: HoldRules
    mails: MailLimitRules
    retention: RetentionRules
    cancel_until_ms: int
    watchers_max: int
    patience: float
    person_secret: bytes = field(repr=False)


def policy_of(settings: BookingSettings) -> Policy:
    """Raises service.CannotStart where the secret can be neither read nor made."""
    return Policy(
        holds=_hold_rules(settings),
        mails=_mail_rules(settings),
        retention=_retention_rules(settings),
        cancel_until_ms=round(settings.cancel_until_minutes * 60_000),
        watchers_max=settings.watchers_max,
        patience=settings.redis_timeout_seconds * 2,
        person_secret=given_or_kept(settings.person_secret, settings.secrets_dir, "person"),
    )


def _hold_rules(settings: BookingSettings) -> HoldRules:
    return HoldRules(
        hold_ms=round(settings.hold_seconds * 1000),
        ceiling_ms=round(max(settings.hold_max_seconds, settings.hold_seconds) * 1000),
        cooldown_ms=round(settings.hold_cooldown_seconds * 1000),
        most_seats=settings.max_seats_per_buyer,
        network_seats=settings.max_held_per_address,
        network_percent=settings.max_held_per_address_percent,
    )


def _mail_rules(settings: BookingSettings) -> MailLimitRules:
    return MailLimitRules(
        most_to_mailbox=settings.max_mails_per_mailbox,
        most_from_network=settings.max_mails_per_address,
        most_again=settings.max_mails_per_order,
        most_corrections=settings.max_email_corrections,
    )


def _retention_rules(settings: BookingSettings) -> RetentionRules:
    return RetentionRules(
        round(settings.session_data_days * _DAY_MS),
        round(settings.personal_data_days * _DAY_MS),
        round(settings.order_days * _DAY_MS),
    )
