"""Public conformance suites of the ports: subclass one in a test file, supply its fixture, and pytest runs the laws."""
