// Manifest: to be filled by its own commits.
