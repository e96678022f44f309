import pytest
from flask import Flask

from tests.conformance import fapi_suite
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


@pytest.fixture
def bank(app: Flask) -> fapi_suite.Suite:
    """A client of FAPI 2.0 that speaks OpenID Connect."""
    return fapi_suite.Suite.known_as("bank", app)


@pytest.fixture
def other_bank(app: Flask) -> fapi_suite.Suite:
    return fapi_suite.Suite.known_as("other_bank", app)


@pytest.fixture
def banks(app: Flask, bank: fapi_suite.Suite) -> tuple[fapi_suite.Suite, ...]:
    """One that speaks OpenID Connect, one that does not, and one that signs its requests and reads signed answers."""
    plain = fapi_suite.Suite.known_as("plain", app, openid=False)
    return bank, plain, fapi_suite.Suite.known_as("signing", app, signs=True)
