"""The RPC mode of the Pi runtime: JSON lines on standard input and output, in the four dialects that are in use."""
