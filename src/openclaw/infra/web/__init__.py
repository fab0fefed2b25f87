"""Web glue: problems (RFC 9457), request context, cookies and CSRF, versions, limits, security headers."""
