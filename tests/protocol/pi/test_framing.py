"""Lines: where they end, what they cost, and what is no line of ours."""

import pytest

from openclaw.protocol.pi.framing import LineReader, OversizedLine


def test_only_lf_ends_a_line() -> None:
    text = 'a\u2028b\u2029c\u0085d\x0b\x0c\r"'
    reader = LineReader()
    assert reader.feed(f"{text}x\n\n\r\nnext\r\nrest".encode()) == [f"{text}x".encode(), b"next"]
    assert reader.pending == 4
    assert reader.feed(b"\n") == [b"rest"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_chunks_may_end_anywhere(size: int) -> None:
    data = '{"a":"é\u2028"}\r\n{"b":2}\n{"c":3}\n'.encode()
    reader = LineReader()
    lines = [line for at in range(0, len(data), size) for line in reader.feed(data[at : at + size])]
    assert lines == ['{"a":"é\u2028"}'.encode(), b'{"b":2}', b'{"c":3}']
    assert reader.pending == 0


def test_chunks_are_joined_once() -> None:
    """Joined as they come, the chunks of a 9 MB line are copied 2,300 times."""
    reader, chunk = LineReader(), b"x" * 4096
    for _ in range(2_304):
        assert reader.feed(chunk) == []
    assert len(reader._parts) == 2_304
    assert reader.feed(b"\n") == [b"x" * 9_437_184]


def test_a_line_over_the_limit_is_dropped_as_it_comes_and_named() -> None:
    reader = LineReader(max_line=1000)
    head = b'{"id":"pi-7","type":"response","data":"'
    assert reader.feed(head) == []
    for _ in range(100):
        assert reader.feed(b"y" * 500) == []
        assert reader._held <= 1000
    (line, after) = reader.feed(b'"}\n{"ok":1}\n')
    assert isinstance(line, OversizedLine)
    assert (line.call_id(), line.size) == ("pi-7", len(head) + 50_000 + 2)
    assert after == b'{"ok":1}'
    (line,) = reader.feed(b"z" * 5000 + b"\n")
    assert isinstance(line, OversizedLine)
    assert (line.call_id(), line.size, len(line.head)) == (None, 5000, 512)
    assert reader.feed(b"x" * 1000 + b"\n") == [b"x" * 1000]
