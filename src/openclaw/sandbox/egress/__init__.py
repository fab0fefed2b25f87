"""The one way out of a jail: a proxy that lets through what was granted. A process of its own, without rights."""
