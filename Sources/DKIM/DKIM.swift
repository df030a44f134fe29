// DKIM: to be filled by its own commits.
