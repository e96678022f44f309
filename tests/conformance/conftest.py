import pytest
from flask import Flask

from tests.conformance.suite import EVERYTHING, Suite
from tests.people import Person


@pytest.fixture
def suite(app: Flask) -> Suite:
    return Suite.known_as("suite", app)


@pytest.fixture
def alice(alice: Person) -> Person:
    """The person of the certification has filled in everything there is."""
    alice.fills_in(**EVERYTHING)
    return alice
