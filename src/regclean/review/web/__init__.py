"""What every page and every answer stands on: the application, its guards, languages, templates and style."""
