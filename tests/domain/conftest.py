"""Properties are tried on values that differ from run to run, without a time limit for each."""

from hypothesis import settings

settings.register_profile("perseat", deadline=None, max_examples=60, print_blob=True)
settings.load_profile("perseat")
