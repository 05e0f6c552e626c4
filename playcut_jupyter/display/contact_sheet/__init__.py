"""A sweep as one file to pass on, which needs no key, no kernel and no network."""
