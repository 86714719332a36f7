"""Simulators of platforms: stateful servers on loopback, written from fact sheets and real answers only."""
