"""The booking service: it parses requests, changes seats, and streams the changes to watchers."""
