"""The methods of the gateway, by what they are about. Thin, like routes: decode, call a service, encode."""
