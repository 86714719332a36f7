"""The key pair of signing in to Discourse: RSA as its pages need it once, in plain Python.

A pair is made, its public half sent, one short text decrypted, and the pair is forgotten. No library is worth its
weight for that.
"""

from __future__ import annotations

import base64
import math
import secrets

from convo.values import frozen

BITS = 2048
_EXPONENT = 65_537
_ROUNDS = 40
"""Of Miller and Rabin's test: a number that is no prime passes with less than 1 in 2**80."""
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
"""The ASN.1 that says: an RSA key."""


@frozen
class KeyPair:
    """A modulus and its two exponents."""

    modulus: int
    secret: int

    def public_pem(self) -> str:
        """The public half, as the site's page takes it."""
        numbers = _sequence(_integer(self.modulus) + _integer(_EXPONENT))
        whole = _sequence(_RSA + _field(0x03, b"\x00" + numbers))
        text = base64.b64encode(whole).decode()
        lines = [text[at : at + 64] for at in range(0, len(text), 64)]
        return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])

    @property
    def sealed_length(self) -> int:
        """Characters of what was encrypted for this pair, in base64 without its line breaks."""
        size = (self.modulus.bit_length() + 7) // 8
        return 4 * ((size + 2) // 3)

    def decrypt(self, payload: str) -> bytes:
        """What the site encrypted (base64, PKCS #1 v1.5). Raises ValueError when it is not for this pair."""
        packed = base64.b64decode("".join(payload.split()), validate=True)
        size = (self.modulus.bit_length() + 7) // 8
        if len(packed) != size:
            raise ValueError("not as long as the key")
        plain = pow(int.from_bytes(packed, "big"), self.secret, self.modulus).to_bytes(size, "big")
        end = plain.find(b"\x00", 2)
        if plain[:2] != b"\x00\x02" or end < 10:
            raise ValueError("not encrypted for this key")
        return plain[end + 1 :]


def make(bits: int = BITS) -> KeyPair:
    """A new pair; takes a second or two."""
    while True:
        first, second = _prime(bits // 2), _prime(bits // 2)
        order = math.lcm(first - 1, second - 1)
        if first != second and math.gcd(order, _EXPONENT) == 1:
            return KeyPair(first * second, pow(_EXPONENT, -1, order))


def _prime(bits: int) -> int:
    while True:
        # Both highest bits are set, so that the product of two has all its bits.
        candidate = secrets.randbits(bits) | (0b11 << (bits - 2)) | 1
        if math.gcd(candidate, _SMALL) == 1 and _is_prime(candidate):
            return candidate


def _is_prime(number: int) -> bool:
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, odd, twos) for _ in range(_ROUNDS))


def _passes(number: int, odd: int, twos: int) -> bool:
    """One round of Miller and Rabin's test."""
    found = pow(secrets.randbelow(number - 3) + 2, odd, number)
    if found in (1, number - 1):
        return True
    for _ in range(twos - 1):
        found = found * found % number
        if found == number - 1:
            return True
    return False


def _small_primes() -> int:
    """The product of the primes below 1000: what shares a factor with it is no prime."""
    return math.prod(n for n in range(3, 1000) if all(n % k for k in range(2, math.isqrt(n) + 1)))


_SMALL = _small_primes()


def _field(tag: int, content: bytes) -> bytes:
    """A value in ASN.1's distinguished encoding."""
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _integer(number: int) -> bytes:
    return _field(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _sequence(content: bytes) -> bytes:
    return _field(0x30, content)
