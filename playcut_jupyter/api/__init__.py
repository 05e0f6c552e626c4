"""The documented API over HTTP: requests with the key, downloads without it, and the rate limit."""
