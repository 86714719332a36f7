"""Labelled first messages, and the scorer that holds the rules for Quiet and "sounds finished" against them."""
