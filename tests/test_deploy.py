"""What `compose.yaml` and the image promise. The proxy itself is tried in `test_proxy` and `test_two_servers`."""

import re
from pathlib import PurePosixPath

import pytest
import yaml

from tests.app import ROOT
from tests.proxy import CONFIGURATION, HEALTH

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
SERVERS = {name: service for name, service in SERVICES.items() if "build" in service}
STEPS = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8").splitlines()
each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


def steps(instruction):
    """What the image's file says to one instruction."""
    return [step.removeprefix(f"{instruction} ") for step in STEPS if step.startswith(f"{instruction} ")]


def environment():
    """Variables of the image."""
    return dict(pair.split("=", 1) for line in steps("ENV") for pair in line.split())


@each_service
def test_a_service_is_confined(service):
    assert service["read_only"] is True
    assert int(service["user"].partition(":")[0]) > 0
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


@each_service
def test_a_service_is_limited_and_starts_again(service):
    assert service["mem_limit"] == service["memswap_limit"]
    assert service["cpus"] > 0
    assert service["pids_limit"] > 0
    assert service["restart"] == "unless-stopped"


@each_service
def test_a_service_is_asked_whether_it_is_well(service):
    kind, *command = service["healthcheck"]["test"]
    assert kind == "CMD"
    assert HEALTH in " ".join(command)


@pytest.mark.parametrize("image", [*(service["image"] for service in SERVICES.values()), *steps("FROM")])
def test_an_image_is_named_shortly_and_with_its_version(image):
    assert re.fullmatch(r"[a-z-]+:(\d+\.\d+-\w+|local)", image)


def test_a_server_keeps_to_the_memory_that_the_product_promises():
    assert {server["mem_limit"] for server in SERVERS.values()} == {"690m"}


def test_servers_share_one_store_and_can_write_nothing_else_but_temporary_files():
    store = PurePosixPath(environment()["FREEZE_OR_FINE_TUNE_STORE"])
    assert store.parent == PurePosixPath(environment()["FREEZE_OR_FINE_TUNE_RESULTS"]).parent
    assert {tuple(server["volumes"]) for server in SERVERS.values()} == {(f"store:{store.parent}",)}
    assert {tuple(server["tmpfs"]) for server in SERVERS.values()} == {("/tmp:size=64m",)}
    assert set(COMPOSE["volumes"]) == {"store"}
    assert environment()["HOME"] == "/tmp"


def test_the_image_runs_as_the_user_who_owns_the_store():
    (user,) = steps("USER")
    owner = "-o {} -g {}".format(*user.split(":"))
    assert owner in "\n".join(steps("RUN"))
    assert {server["user"] for server in SERVERS.values()} == {user}


def test_the_proxy_alone_is_reached_from_outside_and_knows_every_server():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert {tuple(server["networks"]) for server in SERVERS.values()} == {("inside",)}
    configuration = CONFIGURATION.read_text(encoding="utf-8")
    for name in SERVERS:
        assert f"presetenv {name.upper()} {name}:8501" in configuration
        assert configuration.count(f'server {name} "${{{name.upper()}}}" cookie {name}') == 2  # for pages and for files
    assert CONFIGURATION.samefile(ROOT / SERVICES["proxy"]["volumes"][0].partition(":")[0])


def test_the_image_holds_the_app_and_no_more():
    first, *lines = [
        line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] != "#"
    ]
    kept = {line.removeprefix("!") for line in lines if line.startswith("!")}
    app = {"streamlit_app.py", "pages", "transfer_ui", "transfer_core"}
    assert first == "*"
    assert kept == {*app, "requirements.txt", ".streamlit/config.toml"}
    assert any("pip install --no-cache-dir -r requirements.txt" in step for step in steps("RUN"))
