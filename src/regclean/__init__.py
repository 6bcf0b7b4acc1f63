"""regclean: data quality for the customer registers of municipal waste companies."""

__version__ = "0.1.0"
