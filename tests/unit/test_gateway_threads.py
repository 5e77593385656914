"""No request needs a thread: FastAPI would run a plain function in one."""

import inspect
from collections.abc import Iterable, Iterator, Mapping

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute

from gateway.problems import add_problem_handlers
from websocket_server import create_app


def test_every_route_and_every_dependency_runs_in_the_event_loop() -> None:
    routes = [
        route
        for route in all_routes(create_app().routes)
        if isinstance(route, APIRoute | APIWebSocketRoute)
    ]
    assert len(routes) > 10
    for route in routes:
        for call in calls(route.dependant):
            assert inspect.iscoroutinefunction(call), f"{route.path}: {call}"


def test_every_handler_of_an_exception_runs_in_the_event_loop() -> None:
    handlers = problems_handlers()
    assert ClientDisconnect in handlers
    for error, handler in handlers.items():
        assert inspect.iscoroutinefunction(handler), error


def problems_handlers() -> Mapping[object, object]:
    app = FastAPI(exception_handlers={})
    before = dict(app.exception_handlers)
    add_problem_handlers(app)
    return {
        error: handler
        for error, handler in app.exception_handlers.items()
        if before.get(error) is not handler
    }


def all_routes(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Also the routes of included routers."""
    for route in routes:
        yield route
        yield from all_routes(getattr(getattr(route, "original_router", route), "routes", []))


def calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for further in dependant.dependencies:
        yield from calls(further)
