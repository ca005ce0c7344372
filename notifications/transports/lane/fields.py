"""Header fields of requests and answers (RFC 9113, section 8; HPACK is RFC 7541)."""

from typing import Final

from hpack import Decoder, Encoder, HPACKError

from notifications.transports.lane.frames import Code, ProtocolError
from notifications.transports.lane.peer import FIRST_TABLE

Fields = tuple[tuple[str, str], ...]

INDEXED: Final = 0x80  # first bit of a field that stands in a table (RFC 7541, section 6.1)
LONG_INDEX: Final = 0xFF  # an index of more than one byte follows (RFC 7541, section 5.1)
MOST_BYTES: Final = 1 << 16  # of an answer's fields; more is no answer but an attack
ENTRY_OVERHEAD: Final = 32  # bytes that each field counts on top (RFC 9113, section 10.5.1)


class TooLargeError(Exception):
    """The request's fields are larger than the server takes."""


class RequestFields:
    """Encodes the fields of requests, most of which are the same as those of the one before."""

    def __init__(self) -> None:
        self.encoder = Encoder()
        self.fields: Fields = ()
        self.authorization = ""
        self.repeatable = b""
        """The block of these fields where it holds nothing but indices: it changes no table, so
        it may be sent again as it is. Empty where there is no such block."""

    def allow(self, table_size: int) -> None:
        """The server's decoder has room for so much (RFC 7541, section 4.2)."""
        self.encoder.header_table_size = min(table_size, FIRST_TABLE)
        self.repeatable = b""

    def encode(self, fields: Fields, authorization: str, most: int) -> bytes:
        """The block for one request. Raises TooLargeError before any table is changed."""
        self.repeatable = b""
        self.fields, self.authorization = fields, authorization
        # The token goes into the table like any field: it is random and long, so what an attacker
        # could learn from lengths (RFC 7541, section 7.1) is nothing.
        listed = (*fields, ("authorization", authorization)) if authorization else fields
        if sum(len(name) + len(value) + ENTRY_OVERHEAD for name, value in listed) > most:
            raise TooLargeError
        block: bytes = self.encoder.encode(listed)
        if len(block) == len(listed) and min(block) >= INDEXED and max(block) < LONG_INDEX:
            self.repeatable = block
        return block


class AnswerFields:
    """Decodes the fields of answers."""

    def __init__(self) -> None:
        self.decoder = Decoder(max_header_list_size=MOST_BYTES)

    def forget_table(self) -> None:
        """The server has acknowledged that our table has no room (RFC 7541, section 4.2)."""
        self.decoder.header_table_size = self.decoder.max_allowed_table_size = 0

    def decode(self, block: bytes) -> Fields:
        """Raises ProtocolError: a block that cannot be read ends the connection (section 4.3)."""
        try:
            listed = self.decoder.decode(block, raw=True)
        except HPACKError as error:
            raise ProtocolError(Code.COMPRESSION_ERROR, str(error)) from error
        # Values may hold any octet (RFC 9110, section 5.5); every one of them is a Latin letter.
        return tuple((str(n, "latin-1"), str(v, "latin-1")) for n, v in listed)


def read_status(fields: Fields) -> int | None:
    """The status of an answer's head; None where it is malformed (section 8.3.2)."""
    pseudo = [value for name, value in fields if name.startswith(":")]
    if len(pseudo) != 1 or fields[0][0] != ":status":
        return None
    [status] = pseudo
    is_number = len(status) == 3 and status.isascii() and status.isdigit()  # noqa: PLR2004
    return int(status) if is_number else None
