"""No operation of the contract goes without a client function, an emulator function and tests of both."""

from __future__ import annotations

import ast

import pytest

from . import contract, coverage

ROWS = coverage.rows()


def test_the_page_is_up_to_date() -> None:
    """What the page says is what is there; `make generate` writes it anew."""
    assert coverage.PAGE.read_text(encoding="utf-8") == coverage.page()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation.id)
def test_the_client_asks_every_operation(row: coverage.Row) -> None:
    """By a function named after it."""
    assert row.client


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation.id)
def test_the_emulator_answers_every_operation(row: coverage.Row) -> None:
    """At its method and path."""
    assert row.emulator


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation.id)
def test_the_client_is_tested_on_every_operation(row: coverage.Row) -> None:
    """By a test in tests/api that is marked with it."""
    assert row.client_tests


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation.id)
def test_the_emulator_is_tested_on_every_operation(row: coverage.Row) -> None:
    """By a test in tests/emulator that is marked with it."""
    assert row.emulator_tests


@pytest.mark.parametrize("folder", ["api", "emulator"])
def test_a_mark_names_an_operation(folder: str) -> None:
    """A misspelt one would cover nothing."""
    assert set(coverage.marked_tests(folder)) <= set(contract.operations())


def test_marks_are_read_from_the_source() -> None:
    """Several operations at one test count each; other marks and tests without marks count for nothing."""
    source = """
@pytest.mark.slow
@pytest.mark.operation("getContact", "searchContacts")
def test_both(): ...
@pytest.mark.operation("getCampaign")
def not_a_test(): ...
def test_none(): ...
"""
    assert list(coverage._marks(ast.parse(source))) == [("test_both", "getContact"), ("test_both", "searchContacts")]


@pytest.mark.parametrize("mark", ['pytest.mark.operation("getContact")', '[pytest.mark.operation("getContact")]'])
def test_a_mark_of_the_file_holds_for_its_tests(mark: str) -> None:
    """Beside their own ones."""
    source = f"pytestmark = {mark}\n@pytest.mark.operation('getCampaign')\ndef test_both(): ..."
    assert list(coverage._marks(ast.parse(source))) == [("test_both", "getContact"), ("test_both", "getCampaign")]


def test_names_of_functions() -> None:
    """Words are told apart by their capitals."""
    assert coverage.snake_case("listWrapupFolders") == "list_wrapup_folders"
