"""Lists for tests: samples, broken ones, logged ones, attacked ones."""
