"""One generation's life on the background loop, as a stream of events: submit, wait, fetch."""
