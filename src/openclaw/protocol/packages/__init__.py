"""Packages of plugins (`.opc`): one signed archive of a manifest and files. Bytes in, bytes out."""
