"""Pictures of people: what was sent is decoded with limits, cut square, and drawn anew; nothing else of it stays."""

from enum import StrEnum
from io import BytesIO
from threading import Lock
from typing import Final

from PIL import Image, ImageOps

from idp.accounts.hashing import Busy

SIDE: Final = 512
"""Pixels of a picture as it is kept, each way."""
MEDIA_TYPE: Final = "image/jpeg"
QUALITY: Final = 85
FORMATS: Final = ("JPEG", "PNG")
PLAIN_JPEG: Final = 52_000_000
"""Pixels: what the cameras of telephones make. It is decoded at a fraction of that."""
MOST_PIXELS: Final = 17_000_000
"""Pixels of anything that has to be decoded whole: a large screen's worth, at most eight octets each meanwhile."""
MOST_SCANS: Final = 64
START_OF_SCAN: Final = b"\xff\xda"
PATIENCE: Final = 5
"""Seconds to wait for the picture before this one."""


class Flaw(StrEnum):
    """Why this is not taken; the page finds the sentence."""

    NO_PICTURE = "neither JPEG nor PNG, or damaged"
    TOO_MANY_PIXELS = "too many pixels"


class BadPicture(ValueError):
    """What was sent is no picture that is taken."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


class Darkroom:
    """Makes one picture at a time in a process: while it is decoded it may fill more than a hundred megabytes."""

    def __init__(self) -> None:
        self._in_use = Lock()

    def developed(self, sent: bytes) -> bytes:
        """The picture as we keep it: a square JPEG of our own drawing. Raises BadPicture and Busy.

        The first frame of an animation; turned as its camera says (EXIF), with none of what else its camera says.
        """
        if not self._in_use.acquire(timeout=PATIENCE):
            raise Busy
        try:
            return _drawn(sent)
        except BadPicture:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise BadPicture(Flaw.TOO_MANY_PIXELS) from error
        except Exception as error:  # a decoder's complaint about strange octets may be of any kind
            raise BadPicture(Flaw.NO_PICTURE) from error
        finally:
            self._in_use.release()


def _drawn(sent: bytes) -> bytes:
    with Image.open(BytesIO(sent), formats=FORMATS) as image:
        _insist_on_bounds(image, sent)
        square = ImageOps.fit(_plain(image), (SIDE, SIDE), Image.Resampling.LANCZOS)
        turned = ImageOps.exif_transpose(square)
    paper = Image.new("RGB", (SIDE, SIDE), "white")
    paper.paste(turned, mask=turned if turned.mode == "RGBA" else None)
    made = BytesIO()
    paper.save(made, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return made.getvalue()


def _insist_on_bounds(image: Image.Image, sent: bytes) -> None:
    """All of it from the head of the file: nothing is decoded yet.

    A scan of a progressive JPEG is a walk over all of its pixels, and a few octets long if its maker wants.
    """
    if sent.count(START_OF_SCAN) > MOST_SCANS:
        raise BadPicture(Flaw.NO_PICTURE)
    is_plain_jpeg = image.format != "PNG" and "progressive" not in image.info
    if is_plain_jpeg and image.width * image.height <= PLAIN_JPEG:
        image.draft("RGB", (2 * SIDE, 2 * SIDE))  # from now on the picture has the size it is decoded at
    if image.width * image.height > MOST_PIXELS:
        raise BadPicture(Flaw.TOO_MANY_PIXELS)


def _plain(image: Image.Image) -> Image.Image:
    """In one of two modes, whatever it came in: with transparency or without."""
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
