"""The emulator has exactly the endpoints of the contract."""

from __future__ import annotations

from reconciler.emulator.routes import ENDPOINTS

from . import contract


def test_the_emulator_has_the_endpoints_of_the_contract() -> None:
    """The same methods on the same paths, none missing and none made up."""
    said = {(each.method, each.path) for each in contract.operations().values()}
    assert {(each.method, each.path) for each in ENDPOINTS} == said


def test_an_endpoint_succeeds_as_documented() -> None:
    """With the status and the media type of its operation."""
    said = {(each.method, each.path): each for each in contract.operations().values()}
    for endpoint in ENDPOINTS:
        operation = said[endpoint.method, endpoint.path]
        answer = operation.answers[operation.success]
        assert endpoint.status == operation.success, operation.id
        assert answer.media_type in (None, endpoint.media_type), operation.id


def test_no_two_endpoints_answer_alike() -> None:
    """Every endpoint has a function of its own, by which its coverage is told."""
    functions = [(each.answer.__module__, each.answer.__name__) for each in ENDPOINTS]
    assert len(set(functions)) == len(functions)
