"""What docker-compose.yml, the Dockerfile and .dockerignore promise, read from the files: no engine is needed."""

import re
import shlex
from fnmatch import fnmatch
from typing import Any

import pytest
import yaml

from cinema import settings
from deploy import ROOT


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


FILE = yaml.safe_load(text("docker-compose.yml"))
CONTAINERS: dict[str, dict[str, Any]] = FILE["services"]
DOCKERFILE = text("Dockerfile")
IN_THE_IMAGE = re.findall(r"^!(.+)$", text(".dockerignore"), re.M)

OURS: dict[str, type[settings.CommonSettings]] = {
    "booking_service_server.py": settings.BookingSettings,
    "websocket_server.py": settings.GatewaySettings,
    "redis_listener.py": settings.ListenerSettings,
    "notification_producer.py": settings.ProducerSettings,
    "notification_consumer.py": settings.ConsumerSettings,
}
# Folders that no service reads.
LEFT_OUT = {"deploy", "docs", "screenshots", "tests", "var"}

# Container and file of each of our services.
SERVICES = [(name, c["command"][1]) for name, c in CONTAINERS.items() if c["image"] == "cinema"]

every_container = pytest.mark.parametrize("name", CONTAINERS)
every_service = pytest.mark.parametrize(("name", "file"), SERVICES)


def environment(name: str) -> dict[str, str | int | None]:
    found: dict[str, str | int | None] = CONTAINERS[name].get("environment", {})
    return found


def seconds(written: str) -> int:
    return int(written.removesuffix("s"))


def test_each_of_the_five_services_has_a_container() -> None:
    assert {file for _, file in SERVICES} == set(OURS)


@every_container
def test_ports_are_published_on_loopback_only(name: str) -> None:
    for port in CONTAINERS[name].get("ports", []):
        assert port.startswith("127.0.0.1:")


def test_only_page_booking_and_mailbox_are_published_each_movable() -> None:
    published = {name: c["ports"] for name, c in CONTAINERS.items() if "ports" in c}
    assert published == {
        "gateway": ["127.0.0.1:${HTTP_PORT:-8000}:8000"],
        "booking": ["127.0.0.1:${BOOKING_PORT:-50051}:50051"],
        "mail": ["127.0.0.1:${MAIL_WEB_PORT:-8025}:8025"],
    }


@every_container
def test_no_secret_stands_in_the_file(name: str) -> None:
    for variable, value in environment(name).items():
        if re.search("SECRET$|PASSWORD|TOKEN|KEY$", variable):
            assert value is None, f"{variable} is to be passed on, never written down"


@every_container
def test_a_health_check_says_whether_a_container_works(name: str) -> None:
    check = CONTAINERS[name]["healthcheck"]
    assert check["test"]
    assert seconds(check["timeout"]) <= 5
    assert seconds(check["interval"]) <= 10


@every_container
def test_a_container_starts_when_what_it_needs_is_healthy(name: str) -> None:
    needed = CONTAINERS[name].get("depends_on", {})
    assert {condition["condition"] for condition in needed.values()} <= {"service_healthy"}
    told = " ".join(str(value) for value in environment(name).values())
    called = set(re.findall(r"\b(redis|booking|kafka|gateway):\d", told)) - {name}
    if "SMTP_HOST" in environment(name):
        called.add("mail")
    assert set(needed) == called


@every_container
def test_a_container_comes_back_by_itself_and_may_not_take_the_machine(name: str) -> None:
    container = CONTAINERS[name]
    assert container["restart"] == "unless-stopped"
    assert container["init"] is True
    assert re.fullmatch(r"\d+m", container["mem_limit"])


@every_container
def test_a_container_has_no_privileges(name: str) -> None:
    container = CONTAINERS[name]
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & set(container)


@every_container
def test_a_root_file_system_is_read_only_except_kafkas(name: str) -> None:
    # Its image writes the configuration into its own folders when it starts.
    assert CONTAINERS[name].get("read_only", False) is (name != "kafka")


@every_container
def test_images_are_pinned(name: str) -> None:
    image = CONTAINERS[name]["image"]
    assert image == "cinema" or re.search(r":v?\d+\.\d+\.\d+(-\w+)?$", image)


def test_our_image_is_pinned_too_and_runs_as_a_numeric_user() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", bases[0])
    assert set(bases[1:]) == {"base"}
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.M) == ["10001:10001"]
    assert DOCKERFILE.rstrip().endswith("USER 10001:10001")


@every_service
def test_a_service_is_told_nothing_that_it_does_not_read(name: str, file: str) -> None:
    known = {field.upper() for field in OURS[file].model_fields}
    assert set(environment(name)) <= known


@every_service
def test_a_service_has_the_time_to_finish_what_it_has_begun(name: str, file: str) -> None:
    drain = OURS[file].model_fields["drain_seconds"].default
    assert seconds(CONTAINERS[name]["stop_grace_period"]) >= 2 * drain


def test_what_must_survive_is_on_named_volumes() -> None:
    mounts = {name: c["volumes"] for name, c in CONTAINERS.items() if "volumes" in c}
    sources = {mount.split(":")[0] for volumes in mounts.values() for mount in volumes}
    assert sources == set(FILE["volumes"]) | {"./programacao.toml"}
    assert mounts["gateway"] == mounts["listener"] == ["secrets:/secrets"]
    assert str(environment("consumer")["LEDGER_FILE"]).startswith("/records/")


def test_redis_is_as_durable_as_a_local_one() -> None:
    words = shlex.split(CONTAINERS["redis"]["command"])[1:]
    told = dict(zip(words[::2], words[1::2], strict=True))
    # Who reaches it and who stops it is the engine's concern here.
    local = {"bind", "protected-mode", "daemonize", "set-proc-title"}
    for line in text("deploy/redis.conf").splitlines():
        name, _, value = line.partition(" ")
        if name and name not in local | {"#"}:
            assert told[f"--{name}"] == value.strip('"')


def test_kafka_is_as_small_and_durable_as_a_local_one() -> None:
    local = re.findall(r"^([a-z.]+)=(.+)$", text("deploy/kafka/server.properties"), re.M)
    for name, value in local:
        assert str(environment("kafka")["KAFKA_" + name.upper().replace(".", "_")]) == value


def test_kafka_needs_no_zookeeper() -> None:
    assert not [name for name in CONTAINERS if "zoo" in name]
    assert environment("kafka")["KAFKA_PROCESS_ROLES"] == "broker,controller"


def test_every_folder_is_in_the_image_or_left_out_on_purpose() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] not in "._"}
    assert folders - LEFT_OUT == {entry for entry in IN_THE_IMAGE if (ROOT / entry).is_dir()}


def test_the_image_holds_what_the_services_need_and_no_more() -> None:
    for file in (*OURS, "cinema.proto", "programacao.toml", "requirements.txt"):
        assert any(fnmatch(file, pattern) for pattern in IN_THE_IMAGE)
    for file in ("requirements-dev.txt", ".env", "docker-compose.yml", "reservas_confirmadas.json"):
        assert not any(fnmatch(file, pattern) for pattern in IN_THE_IMAGE)
    assert re.findall(r"\S*requirements\S*", DOCKERFILE) == ["requirements.txt"] * 2
