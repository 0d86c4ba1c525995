"""Who may do what: tokens with roles, projects with quotas, and the record of who did what."""
