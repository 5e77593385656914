"""The parts of the booking service: what a request must be, what happens to it, and what watchers
are told."""
