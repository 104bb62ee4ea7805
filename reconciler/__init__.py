"""terraform plan/apply for a contact centre: Diabolocom campaigns as code."""

__version__ = "0.1.0"
