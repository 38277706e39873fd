"""The forms that the native API's bodies are made of."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from outlay.doors.http.problems import Problem
from outlay.identity.portfolio.model import Reference
from outlay.kit.errors import NotFound
from outlay.kit.paging import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, Page, PageRequest

Item = TypeVar("Item")


def _printable(text: str) -> str:
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("must not hold control characters")
    return text


def _known_id(value: object) -> object:
    """An id that is no id names nothing, which is what its caller needs to hear."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(str(value))
    except ValueError as error:
        raise NotFound("There is nothing with this id here.") from error


Name = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_printable)]
Words = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
Label = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_printable)]
Secret = Annotated[str, Field(max_length=300)]
IdInPath = Annotated[UUID, BeforeValidator(_known_id), Path()]
NameInPath = Annotated[str, Path(max_length=64, description="The id or the key."), AfterValidator(_printable)]


class Body(BaseModel):
    """What a caller sends: fields that we do not know are refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def example(body: dict[str, Any]) -> JsonDict:
    """A whole body as somebody would send it, for the description of the API."""
    return {"examples": [body]}


class Answer(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(from_attributes=True)


class ReferenceOut(Answer):
    """Enough of something to name it."""

    id: UUID
    key: str = Field(examples=["acme"])
    name: str = Field(examples=["Acme Travel"])

    @classmethod
    def of(cls, reference: Reference | None) -> "ReferenceOut | None":
        """The reference as it travels."""
        return cls.model_validate(reference) if reference else None


class ListOut(Answer, Generic[Item]):
    """Some rows of a list, and the cursor of the next page."""

    items: list[Item]
    next: str | None = None

    @classmethod
    def of(cls, page: Page[Any], shown: Callable[[Any], Item]) -> "ListOut[Item]":
        """A page as it travels."""
        return cls(items=[shown(row) for row in page.items], next=page.next)


async def page_request(
    limit: Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX)] = PAGE_SIZE_DEFAULT,
    cursor: Annotated[str | None, Query(max_length=500, description="`next` of the page before.")] = None,
) -> PageRequest:
    """How much of a list is wanted."""
    return PageRequest(limit, cursor)


PageDependency = Annotated[PageRequest, Depends(page_request)]

_PROBLEM = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The failures that an address documents, besides those every address shares."""
    texts = {
        400: "Malformed: not JSON, or a cursor that is not ours",
        401: "No credential, or one that no longer works",
        403: "The role does not allow this, or the CSRF token is missing",
        404: "Not found here",
        409: "Contradicts what is there",
        410: "The link no longer works",
        413: "The body is too large",
        415: "The body is not JSON",
        422: "A field is missing, unknown or wrong",
        429: "Too many requests",
        503: "The database is not available right now",
    }
    return {status: {"model": Problem, "description": texts[status], **_PROBLEM} for status in statuses}


COMMON_PROBLEMS = problems(400, 401, 403, 404, 413, 415, 422, 429, 503)
