"""As much of DER as is needed to look at a file before a library does, and to sort a set."""

from __future__ import annotations

from collections.abc import Iterator


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tags and contents, as far as they can be read; BER of indefinite length gives all that is left."""
    place = 0
    while place + 2 <= len(data):
        tag, size = data[place], data[place + 1]
        place += 2
        if size == 0x80:
            yield tag, data[place:]
            return
        if size > 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[place : place + count], "big")
            place += count
        yield tag, data[place : place + size]
        place += size


def element(tag: int, content: bytes) -> bytes:
    """One element with this tag and content."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def only(data: bytes, *tags: int) -> list[bytes]:
    """The contents of exactly these elements.

    Raises:
        ValueError: there are others, or they are not in DER.
    """
    found = list(elements(data))
    if [tag for tag, _ in found] != list(tags) or b"".join(element(*one) for one in found) != data:
        raise ValueError("not in DER, or of another shape")
    return [content for _, content in found]
