"""What a file is by its first bytes, for people who have something else under the name of a film or a picture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HEAD = 4096
"""Bytes that are looked at."""

CONVERT = "convert it: ffmpeg -i IN OUT.mp4"
FRAME = "take a frame of it"
TEXT = rb"[\t\n\r\x1b -~\x80-\xff]+\Z"


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        begins: regular expression of its first bytes.
        what: in words, with its article.
        remedy: what to do about it under a film's name.
        container: in which films of that kind are read here; '' if they are not.
        picture: what to do about it under a picture's name; '' if there is nothing to say.
    """

    begins: bytes
    what: str
    remedy: str
    container: str = ""
    picture: str = ""


KINDS = (
    Kind(rb"....ftypavi[fs]", "an AVIF picture", "name a film"),
    Kind(
        rb"....ftyp(hei[cfmsvx]|hev[cx]|mif1|msf1)", "a HEIC picture", "name a film", picture="save it as JPEG or PNG"
    ),
    Kind(rb"....ftypqt  ", "a QuickTime film", "name it .mov", "mp4", picture=FRAME),
    Kind(
        rb"....(ftyp|moov|mdat|wide|free|skip|moof|styp|sidx|pnot|uuid)", "an MP4 film", "name it .mp4", "mp4",
        picture=FRAME,
    ),
    Kind(rb"\x1a\x45\xdf\xa3.{0,60}webm", "a WebM film", "name it .webm", "matroska", picture=FRAME),
    Kind(rb"\x1a\x45\xdf\xa3", "a Matroska film", "name it .mkv", "matroska", picture=FRAME),
    Kind(rb"GIF8[79]a", "a GIF", "name it .gif", "gif"),
    Kind(rb"RIFF....AVI", "an AVI film", "name it .avi", "avi", picture=FRAME),
    Kind(rb"RIFF....WEBP", "a WebP picture", "name it .webp", "webp"),
    Kind(rb"\x89PNG\r\n\x1a\n", "a PNG picture", "name it .png", "png"),
    Kind(rb"\xff\xd8\xff", "a JPEG picture", "name a film, or put its frames into a folder"),
    Kind(rb"BM....\0\0\0\0", "a BMP picture", "name a film, or put its frames into a folder"),
    Kind(rb"II\*\0|MM\0\*", "a TIFF picture", "name a film, or put its frames into a folder"),
    Kind(rb"FLV\x01", "a Flash film", CONVERT, picture=FRAME),
    Kind(rb"OggS", "an Ogg film or sound", CONVERT),
    Kind(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media film", CONVERT, picture=FRAME),
    Kind(rb"\0\0\x01[\xb0-\xbf]", "an MPEG film", CONVERT, picture=FRAME),
    Kind(rb"\0\0\0?\x01[\x06-\x09\x40-\x46\x67]", "a bare H.264 or H.265 stream", CONVERT, picture=FRAME),
    Kind(rb"\x47.{187}\x47", "an MPEG transport stream", CONVERT, picture=FRAME),
    Kind(rb"YUV4MPEG2|DKIF", "a bare film of YUV4MPEG or IVF", CONVERT),
    Kind(rb"RIFF....WAVE|ID3|\xff[\xf2\xf3\xfb]|fLaC", "a sound", "name a film"),
    Kind(rb"PK(\x03\x04|\x05\x06)", "a zip archive", "unpack it, and name the film inside"),
    Kind(rb"\x1f\x8b|BZh|\xfd7zXZ\0|7z\xbc\xaf\x27\x1c|Rar!|\x28\xb5\x2f\xfd", "an archive", "unpack it"),
    Kind(rb"%PDF", "a PDF", "name a film"),
    Kind(rb"\x93NUMPY", "a NumPy array", "write it as a film first, as by bench.media.video.write_clip"),
    Kind(rb"\x80[\x02-\x05]", "a pickle", "write it as a film first"),
    Kind(
        rb"\s*version https://git-lfs", "a pointer of Git LFS, not the file", "fetch it by git lfs pull",
        picture="fetch it by git lfs pull",
    ),
    Kind(
        rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype )?html", "a web page", "download the film itself",
        picture="download the picture itself",
    ),
    Kind(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<svg", "an SVG drawing", "name a film", picture="draw it as PNG"),
    Kind(rb"\s*(<\?xml|<error)", "XML, such as a server's error", "download the film itself"),
    Kind(rb"#EXTM3U", "a playlist", "download the film that it names"),
    Kind(rb"\s*[{\[]" + TEXT, "JSON, such as a server's error", "download the film itself"),
    Kind(rb"\0{64}", "empty but for zeros", "copy or download it again: its content never arrived"),
    Kind(rb"(\xff\xfe|\xfe\xff|\xef\xbb\xbf)", "a text", "name a film"),
    Kind(TEXT, "a text", "name a film"),
)  # fmt: skip
"""The first that fits counts."""


def of(path: Path) -> Kind | None:
    """The kind of a file; None where its first bytes say nothing.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    return next((kind for kind in KINDS if re.match(kind.begins, head, re.I | re.S)), None)


def is_animated(path: Path) -> bool:
    """Whether a WebP or PNG moves: a flag in WebP's header says so, in PNG a chunk before the first picture."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if head.startswith(b"RIFF"):
        return head[8:16] == b"WEBPVP8X" and bool(head[20:21] and head[20] & 2)
    before, _, _ = head.partition(b"IDAT")
    return head.startswith(b"\x89PNG\r\n\x1a\n") and b"acTL" in before
