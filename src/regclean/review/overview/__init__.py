"""The register's health over the nights, and each night."""
