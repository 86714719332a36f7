"""The tests of convo."""
