"""Sealed secrets open only with their key, for their context, unchanged."""

import pytest

from app.store.sealing import UNNUMBERED, BrokenSeal, Sealed, Sealer, number

OLD, NEW = bytes(32), bytes(range(32))


def test_what_was_sealed_opens_for_the_same_context() -> None:
    sealer = Sealer(OLD)
    sealed = sealer.seal(b"refresh token", "account", "person", "tokens")
    assert b"refresh" not in sealed.content
    assert sealer.open(sealed, "account", "person", "tokens") == b"refresh token"


@pytest.mark.parametrize(
    "context", [(), ("account", "person", "verifier"), ("accountperson", "", "tokens"), ("a", "ccountperson", "tokens")]
)
def test_it_doesnt_open_for_another_context(context: tuple[str, ...]) -> None:
    sealer = Sealer(OLD)
    sealed = sealer.seal(b"refresh token", "account", "person", "tokens")
    with pytest.raises(BrokenSeal):
        sealer.open(sealed, *context)


@pytest.mark.parametrize("position", [0, 12, -1])
def test_it_doesnt_open_when_a_bit_changed(position: int) -> None:
    sealer = Sealer(OLD)
    content = bytearray(sealer.seal(b"refresh token", "tokens").content)
    content[position] ^= 1
    with pytest.raises(BrokenSeal):
        sealer.open(Sealed(bytes(content), number(OLD)), "tokens")


def test_it_doesnt_open_with_another_key() -> None:
    sealed = Sealer(OLD).seal(b"refresh token", "tokens")
    for other in [Sealer(NEW)]:
        with pytest.raises(BrokenSeal):
            other.open(sealed, "tokens")


def test_a_new_key_seals_and_the_old_still_opens() -> None:
    before = Sealer(OLD).seal(b"refresh token", "tokens")
    rotated = Sealer(NEW, OLD)
    assert rotated.open(before, "tokens") == b"refresh token"
    assert rotated.seal(b"refresh token", "tokens").key == number(NEW)


def test_the_same_secret_is_never_sealed_alike() -> None:
    sealer = Sealer(OLD)
    assert len({sealer.seal(b"same", "tokens").content for _ in range(50)}) == 50


@pytest.mark.parametrize("keys", [(), (b"short",), (bytes(32), bytes(31))])
def test_a_key_of_another_size_is_refused(keys: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(*keys)


def test_what_was_sealed_before_keys_had_numbers_opens_with_whichever_fits() -> None:
    before = Sealed(Sealer(OLD).seal(b"refresh token", "tokens").content, UNNUMBERED)
    assert Sealer(NEW, OLD).open(before, "tokens") == b"refresh token"
    with pytest.raises(BrokenSeal):
        Sealer(NEW).open(before, "tokens")
