"""Bodies of POST requests: JSON of at most LONGEST_BODY bytes."""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from gateway.problems import Problem, Refused
from gateway.reasons import Reason

LONGEST_BODY = 1_024  # bytes

_TOO_LONG = Problem(413, Reason.BODY_TOO_LONG, f"O corpo passa de {LONGEST_BODY} bytes.")
Body = TypeVar("Body", bound=BaseModel)


async def read_body(request: Request) -> bytes:
    """The raw body. Raises Refused as soon as more than LONGEST_BODY bytes have arrived."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise Refused(_TOO_LONG)
    return body


def parsed(kind: type[Body], body: bytes) -> Body:
    """Raises Refused."""
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        fields = ", ".join(kind.model_fields)
        problem = Problem(400, Reason.INVALID_FIELD, f"O corpo deve ser {{{fields}}} em JSON.")
        raise Refused(problem) from None


def body_in_docs(kind: type[BaseModel]) -> dict[str, Any]:
    """For a route's `openapi_extra`: FastAPI does not see a body that the route reads by itself."""
    schema = {"application/json": {"schema": kind.model_json_schema()}}
    return {"requestBody": {"required": True, "content": schema}}
