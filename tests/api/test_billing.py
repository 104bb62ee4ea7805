"""The licenses of a month."""

from __future__ import annotations

import pytest

from reconciler.api.endpoints.billing import billed_licenses
from reconciler.errors import InvalidArgument, ReconcilerError, Unreadable

from .feeding import feed

pytestmark = pytest.mark.operation("billedLicenses")


def test_the_licenses_of_a_month_are_read() -> None:
    """With what only one of the models has."""
    peak = {"model": "Peak Users", "count": 2, "users": ["a", "b"], "peakDateTime": "2020-08-03T09:00:00Z"}
    shown = {
        "month": "2020-08", "licenseModelBilled": "Connected users", "currentAccountLicenseModel": "Peak Users",
        "details": [peak, {"model": "Connected users", "count": 5, "users": []}],
    }  # fmt: skip
    found, requests = feed(billed_licenses("2020-08"), [shown])
    assert (found.month, found.licenseModelBilled, found.currentAccountLicenseModel) == (
        "2020-08",
        "Connected users",
        "Peak Users",
    )
    assert found.details is not None
    assert [(each.model, each.count, each.users, each.peakDateTime) for each in found.details] == [
        ("Peak Users", 2, ["a", "b"], "2020-08-03T09:00:00Z"),
        ("Connected users", 5, [], None),
    ]
    assert (requests[0].label, requests[0].params) == (
        "GET /api/v1/statistic-cold/billing/licenses",
        {"month": "2020-08"},
    )


@pytest.mark.parametrize(
    "month", ["", "2020", "2020-8", "2020-13", "2020-00", "2020-08-01", "08-2020", "2020-08\n", "٢٠٢٠-٠٨"]
)
def test_a_month_is_year_and_month(month: str) -> None:
    """Anything else is refused before it is sent, as a ValueError that knows its next step."""
    with pytest.raises(InvalidArgument) as caught:
        feed(billed_licenses(month), [])
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, ReconcilerError)
    assert "2020-08" in caught.value.help


def test_an_answer_without_a_month_is_unreadable() -> None:
    """It names the field."""
    with pytest.raises(Unreadable, match="month"):
        feed(billed_licenses("2020-08"), [{"details": []}])


def test_another_month_is_not_shown_as_this_one() -> None:
    """What was asked for is what comes."""
    with pytest.raises(Unreadable, match="another month came in its place"):
        feed(billed_licenses("2020-08"), [{"month": "1999-01"}])
