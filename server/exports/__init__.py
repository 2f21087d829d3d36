"""Results as files. Sees results, and nothing of HTTP and templates."""
