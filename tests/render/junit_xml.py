"""What Jenkins' schema says of JUnit's XML, and what holds a report against it."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

#: junit-10.xsd of Jenkins' xunit plugin, as far as we go: attributes that must be there, others that may, and children.
SCHEMA: Mapping[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors"}, {"skipped"}, {"testcase"}),
    "testcase": ({"name"}, {"classname", "time"}, {"skipped", "failure", "system-out"}),
    "failure": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}


def checked(said: str) -> ElementTree.Element:
    """The root of a report that follows the schema; nothing in it declares an entity, or refers to one."""
    assert said.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="reconciler" ')
    assert "<!" not in said
    root = ElementTree.fromstring(said.encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        required, optional, children = SCHEMA[element.tag]
        assert required <= element.attrib.keys() <= required | optional
        assert {each.tag for each in element} <= children
    return root
