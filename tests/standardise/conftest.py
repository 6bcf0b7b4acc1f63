"""Property tests here must not depend on how busy the machine is, nor on luck."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "standardise", deadline=None, derandomize=True, max_examples=150, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("standardise")
