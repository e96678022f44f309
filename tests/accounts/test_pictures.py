"""Whatever is sent as a picture: drawn anew by us, or refused with a reason; nothing of what came with it stays."""

import struct
import zlib
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from idp.accounts import pictures
from idp.accounts.hashing import Busy
from idp.accounts.pictures import BadPicture, Darkroom, Flaw

ROOM = Darkroom()
SECRET = b"48.8566 N 2.3522 E, taken at home"
RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def seen(body: bytes) -> Image.Image:
    """As a browser shows it."""
    image = Image.open(BytesIO(body))
    assert (image.format, image.size, image.mode) == ("JPEG", (512, 512), "RGB")
    return image


def colour(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    """The nearest of the colours that the tests draw with."""
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return min((RED, BLUE, WHITE), key=lambda known: sum((a - b) ** 2 for a, b in zip(known, pixel, strict=True)))


def flag(size: tuple[int, int] = (300, 200), mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, RED)
    ImageDraw.Draw(image).rectangle((size[0] // 2, 0, *size), fill=BLUE)
    return image.convert(mode)


def flaw(sent: bytes) -> Flaw:
    with pytest.raises(BadPicture) as refused:
        ROOM.developed(sent)
    return refused.value.flaw


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "CMYK"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("size", [(300, 200), (200, 300), (16, 16), (3000, 1100)])
def test_every_picture_becomes_a_square_of_its_middle(mode: str, kind: str, size: tuple[int, int]) -> None:
    if (mode, kind) in {("RGBA", "JPEG"), ("P", "JPEG"), ("CMYK", "PNG")}:
        mode = "RGB"
    image = seen(ROOM.developed(encoded(flag(size, mode), kind)))
    assert (colour(image, 20, 256), colour(image, 490, 256)) == (RED, BLUE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16"])
def test_pictures_without_colour_are_pictures_too(mode: str) -> None:
    bright = {"1": 1, "L": 255, "LA": (255, 255), "I;16": 65535}[mode]
    image = seen(ROOM.developed(encoded(Image.new(mode, (64, 64), bright))))
    assert colour(image, 256, 256) == WHITE


def test_what_is_transparent_is_on_white() -> None:
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    assert colour(seen(ROOM.developed(encoded(image))), 256, 256) == WHITE


def test_only_the_first_frame_of_an_animation_is_kept() -> None:
    frames = [Image.new("RGB", (64, 64), shade) for shade in (RED, BLUE, BLUE)]
    moving = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100)
    assert colour(seen(ROOM.developed(moving)), 256, 256) == RED


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_as_the_camera_was_held(orientation: int) -> None:
    """EXIF 2.32 §4.6.5.1.6: what the camera says of up and left; afterwards it is so, and no longer said."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = seen(ROOM.developed(encoded(flag((64, 64)), "JPEG", exif=exif)))
    left, top = colour(image, 20, 256), colour(image, 256, 20)
    expected = {1: (RED, None), 2: (BLUE, None), 3: (BLUE, None), 4: (RED, None)}
    if orientation in expected:
        assert left == expected[orientation][0]
    else:
        assert top == {5: RED, 6: RED, 7: BLUE, 8: BLUE}[orientation]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_nothing_that_came_with_it_stays(kind: str) -> None:
    """The place, the camera, comments, profiles, text, and whatever was hung on behind."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    sent = encoded(flag(), kind, exif=exif, icc_profile=SECRET * 9, comment=SECRET) + SECRET
    assert SECRET[:20] in sent
    kept = ROOM.developed(sent)
    assert SECRET[:20] not in kept
    assert seen(kept).info.keys() <= {
        *("jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"),
    }


@pytest.mark.parametrize("program", [b"<script>alert(1)</script>", b"<?php system($_GET[0]);", b"%PDF-1.4", b"PK\3\4"])
def test_a_picture_that_is_also_a_program_is_only_a_picture_afterwards(program: bytes) -> None:
    for sent in (encoded(flag()) + program, encoded(flag(), "JPEG", comment=program)):
        assert program not in ROOM.developed(sent)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO"])
def test_other_formats_are_not_taken(kind: str) -> None:
    assert flaw(encoded(flag((32, 32)), kind)) is Flaw.NO_PICTURE


@pytest.mark.parametrize(
    "sent",
    [
        *(b"", b"\0", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"not a picture", b"GIF89a", b"\xff\xd8\xff\xda" * 100),
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<svg onload=alert(1)>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run",
        b'push graphic-context\nimage over 0,0 0,0 "https://evil.example/x.png"',
    ],
    ids=lambda sent: ascii(sent[:12]),
)
def test_what_is_no_picture_is_refused(sent: bytes) -> None:
    assert flaw(sent) is Flaw.NO_PICTURE


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_half_a_picture_is_none(kind: str) -> None:
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    sent = encoded(noise, kind)
    assert flaw(sent[: len(sent) // 2]) is Flaw.NO_PICTURE


def png_head(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG that claims to be that large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + body
        + chunk(b"IDAT", zlib.compress(b"\0" * 9))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "size", [(4200, 4200), (10_000, 10_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1), (65_000, 300)]
)
def test_a_bomb_is_not_opened(size: tuple[int, int]) -> None:
    assert flaw(png_head(*size)) is Flaw.TOO_MANY_PIXELS


def test_a_bomb_of_words_is_not_opened() -> None:
    """Sixteen megabytes of text behind sixteen kilobytes, in a chunk that any picture may have."""
    words = b"Comment\0\0" + zlib.compress(b"x" * 2**24)
    chunk = struct.pack(">I", len(words)) + b"zTXt" + words + struct.pack(">I", zlib.crc32(b"zTXt" + words))
    assert flaw(png_head(64, 64, chunk)) is Flaw.NO_PICTURE


def test_a_photo_of_fifty_megapixels_is_taken_and_decoded_at_a_fraction() -> None:
    sent = encoded(Image.new("RGB", (8160, 6120), RED), "JPEG")
    assert colour(seen(ROOM.developed(sent)), 256, 256) == RED
    assert flaw(encoded(Image.new("RGB", (8160, 6120), RED), "JPEG", progressive=True)) is Flaw.TOO_MANY_PIXELS


def test_a_jpeg_that_is_walked_over_a_thousand_times_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = encoded(flag(), "JPEG", progressive=True)
    scan = sent.index(pictures.START_OF_SCAN)
    end = sent.index(b"\xff\xc4", scan)
    assert flaw(sent[:end] + sent[scan:end] * 1000 + sent[end:]) is Flaw.NO_PICTURE


def test_one_at_a_time_and_whoever_waits_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PATIENCE", 0.05)
    room = Darkroom()
    with room._in_use, pytest.raises(Busy):
        room.developed(encoded(flag()))
    assert room.developed(encoded(flag()))


def test_a_picture_that_is_refused_leaves_room_for_the_next() -> None:
    room = Darkroom()
    for _ in range(3):
        with pytest.raises(BadPicture):
            room.developed(b"x")
    assert room.developed(encoded(flag()))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_broken_octets_are_refused_or_drawn_and_nothing_else(data: st.DataObject) -> None:
    sent = bytearray(encoded(flag((40, 30)), data.draw(st.sampled_from(["PNG", "JPEG"]))))
    for _ in range(data.draw(st.integers(1, 8))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BadPicture):
        seen(ROOM.developed(bytes(sent)))
