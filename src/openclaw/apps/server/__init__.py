"""The App Server: REST, OpenAPI, the web app, health and metrics."""
