"""
Which kinds of media there are, how each begins, and which reader has it: one decision, for the library and the command.

What is not in these tables is not opened: no format that starts programs (EPS starts Ghostscript), reads other
files (playlists, WMF) or draws text (SVG, PDF). docs/reference/media.md shows them (python -m pdqlite.media.table).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

BEGINNING = 64  # bytes by which a kind is known
_FOOTER = b"TRUEVISION-XFILE.\0"


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of file.

    Attributes:
        name: As people call it.
        marks: (offset, bytes) of which one must be there.
        plugin: Pillow's, for a picture; "pillow_heif" for HEIF; None if Pillow does not read it.
        moving: May hold several frames: "Pillow" or "FFmpeg" reads those; None: always one picture.
        demuxers: FFmpeg's, comma-separated; only these are tried.
        advice: For a kind that is not read: why, and what to do.
    """

    name: str
    marks: tuple[tuple[int, bytes], ...] = ()
    plugin: str | None = None
    moving: str | None = None
    demuxers: str = ""
    advice: str = ""


_CONVERT = "convert it to PNG or JPEG"

PICTURES = (
    Kind("JPEG", ((0, b"\xff\xd8\xff"),), "Jpeg"),
    Kind("PNG", ((0, b"\x89PNG\r\n\x1a\n"),), "Png", "FFmpeg", "apng"),
    Kind("GIF", ((0, b"GIF87a"), (0, b"GIF89a")), "Gif", "FFmpeg", "gif"),
    Kind("WebP", ((8, b"WEBP"),), "WebP", "Pillow"),
    Kind("AVIF", (), "Avif", "Pillow"),
    Kind("HEIF", (), "pillow_heif", "Pillow"),
    Kind("TIFF", ((0, b"II*\0"), (0, b"MM\0*"), (0, b"II+\0"), (0, b"MM\0+")), "Tiff", "Pillow"),
    Kind("BMP", ((0, b"BM"),), "Bmp"),
    Kind("JPEG 2000", ((0, b"\xff\x4f\xff\x51"), (0, b"\0\0\0\x0cjP  \r\n\x87\n")), "Jpeg2K"),
    Kind("ICO", ((0, b"\0\0\1\0"),), "Ico"),
    Kind("ICNS", ((0, b"icns"),), "Icns"),
    Kind("PSD", ((0, b"8BPS"),), "Psd"),
    Kind("FLI", (), "Fli", "Pillow"),
    Kind("DDS", ((0, b"DDS "),), "Dds"),
    Kind("QOI", ((0, b"qoif"),), "Qoi"),
    Kind("SGI", ((0, b"\x01\xda"),), "Sgi"),
    Kind("PCX", (), "Pcx"),
    Kind("PNM", (), "Ppm"),
    Kind("TGA", (), "Tga"),
)
VIDEOS = (
    Kind("MP4, MOV", ((4, b"ftyp"), (4, b"moov")), moving="FFmpeg", demuxers="mov,mp4,m4a,3gp,3g2,mj2"),
    Kind("Matroska, WebM", ((0, b"\x1aE\xdf\xa3"),), moving="FFmpeg", demuxers="matroska,webm"),
    Kind("AVI", ((8, b"AVI "), (8, b"AVIX")), moving="FFmpeg", demuxers="avi"),
    Kind("FLV", ((0, b"FLV\x01"),), moving="FFmpeg", demuxers="flv"),
    Kind("Ogg", ((0, b"OggS"),), moving="FFmpeg", demuxers="ogg"),
    Kind("ASF, WMV", ((0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),), moving="FFmpeg", demuxers="asf"),
    Kind("MPEG program stream", ((0, b"\0\0\1\xba"),), moving="FFmpeg", demuxers="mpeg,mpegts"),
    Kind("RealMedia", ((0, b".RMF"),), moving="FFmpeg", demuxers="rm"),
    Kind("MXF", ((0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01"),), moving="FFmpeg", demuxers="mxf"),
    Kind("NUT", ((0, b"nut/multimedia container\0"),), moving="FFmpeg", demuxers="nut"),
    Kind("IVF", ((0, b"DKIF"),), moving="FFmpeg", demuxers="ivf"),
    Kind("YUV4MPEG", ((0, b"YUV4MPEG2"),), moving="FFmpeg", demuxers="yuv4mpegpipe"),
    Kind("WTV", ((0, b"\xb7\xd8\x00\x20\x37\x49\xda\x11"),), moving="FFmpeg", demuxers="wtv"),
    # Streams without a mark of their own (MPEG-TS may begin anywhere), and sound, which may hold a cover.
    Kind("a stream of MPEG-TS, MPEG-1, MPEG-2, MPEG-4, H.264, H.265, AV1 or DV", moving="FFmpeg",
         demuxers="mpegts,mpeg,mpegvideo,h264,hevc,m4v,obu,av1,dv,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,"
         "wav,mp3,aac,flac,aiff,caf,amr,ac3"),
)  # fmt: skip
ANY = VIDEOS[-1]
REFUSED = (
    Kind(
        "an EPS or PostScript file",
        ((0, b"%!PS"), (0, b"\xc5\xd0\xd3\xc6")),
        advice=f"its readers start programs; {_CONVERT}",
    ),
    Kind("a PDF", ((0, b"%PDF"),), advice="hash pictures of its pages"),
    Kind(
        "an SVG or XML file",
        ((0, b"<?xml"), (0, b"<svg"), (0, b"<SVG"), (0, b"<!DOCTYPE"), (0, b"\xef\xbb\xbf<")),
        advice=_CONVERT,
    ),
    Kind("a WMF or EMF file", ((0, b"\xd7\xcd\xc6\x9a"), (40, b" EMF")), advice=_CONVERT),
    Kind("a JPEG XL picture", ((0, b"\xff\x0a"), (0, b"\0\0\0\x0cJXL \r\n\x87\n")), advice=_CONVERT),
    Kind(
        "an archive", ((0, b"PK\x03\x04"), (0, b"\x1f\x8b"), (0, b"7z\xbc\xaf"), (0, b"Rar!")), advice="unpack it first"
    ),
    Kind("a playlist", ((0, b"#EXTM3U"), (0, b"ffconcat")), advice="it names other files; give those"),
)

# Endings of file names that say that a file is a picture or video; each file is known by its first bytes, never by its name.
NAMES = {
    "JPEG": ".jpg .jpeg .jpe .jfif .mpo", "PNG": ".png .apng", "GIF": ".gif", "WebP": ".webp", "AVIF": ".avif .avifs",
    "HEIF": ".heic .heif .hif .heics .heifs", "TIFF": ".tif .tiff", "BMP": ".bmp .dib", "JPEG 2000": ".jp2 .j2k .jpf .jpx",
    "ICO": ".ico", "ICNS": ".icns", "PSD": ".psd", "FLI": ".fli .flc", "DDS": ".dds", "QOI": ".qoi", "SGI": ".sgi .rgb .bw",
    "PCX": ".pcx", "PNM": ".pnm .ppm .pgm .pbm .pfm", "TGA": ".tga", "MP4, MOV": ".mp4 .m4v .mov .qt .3gp .3g2 .f4v",
    "Matroska, WebM": ".mkv .webm .mk3d", "AVI": ".avi .divx", "FLV": ".flv", "Ogg": ".ogv .ogm", "ASF, WMV": ".wmv .asf",
    "MPEG program stream": ".mpg .mpeg .vob .m2p", "RealMedia": ".rm .rmvb", "MXF": ".mxf", "NUT": ".nut", "IVF": ".ivf",
    "YUV4MPEG": ".y4m", "WTV": ".wtv", ANY.name: ".ts .m2ts .mts .m1v .m2v .h264 .264 .h265 .265 .hevc .obu .dv",
}  # fmt: skip
ENDINGS = frozenset(ending for endings in NAMES.values() for ending in endings.split())

# Decoders that FFmpeg may open: what phones, cameras, messengers and editors have written since about 1995. No text art, no games.
_DECODERS = """
    h264 hevc vvc av1 libdav1d libaom-av1 vp8 vp9 libvpx libvpx-vp9 vp6 vp6a vp6f vp7 vp3 theora mpeg1video mpeg2video mpegvideo mpeg4
    msmpeg4v1 msmpeg4v2 msmpeg4 h261 h263 h263i h263p flv wmv1 wmv2 wmv3 vc1 rv10 rv20 rv30 rv40 mjpeg mjpegb jpegls jpeg2000 ljpeg prores
    dnxhd cfhd dvvideo ffv1 ffvhuff huffyuv utvideo magicyuv lagarith rawvideo v210 v308 v408 v410 r210 png apng gif webp bmp tiff qtrle
    rpza svq1 svq3 cinepak indeo2 indeo3 indeo4 indeo5 msvideo1 msrle cscd camstudio tscc tscc2 zmbv flashsv flashsv2 hap apv dirac snow
"""
DECODERS = frozenset(_DECODERS.split())

# The same of sound, and of what recorders and telephones write. Opened only where sound is asked for.
_SOUND_DECODERS = """
    aac aac_fixed aac_latm mp3 mp3float mp2 mp2float mp1 mp1float opus libopus vorbis libvorbis flac alac ac3 eac3 dca truehd mlp amrnb amrwb
    libopencore_amrnb libopencore_amrwb gsm gsm_ms libgsm libgsm_ms ilbc libilbc speex libspeex wmav1 wmav2 wmapro wmalossless wmavoice cook ra_144 ra_288 sipr
    nellymoser qdm2 qdmc atrac3 atrac3p tta wavpack ape g722 g723_1 g726 g726le g729 adpcm_ms adpcm_ima_wav adpcm_ima_qt adpcm_swf adpcm_yamaha
    pcm_s8 pcm_u8 pcm_s8_planar pcm_s16le pcm_s16be pcm_u16le pcm_u16be pcm_s16le_planar pcm_s16be_planar pcm_s24le pcm_s24be pcm_u24le pcm_u24be
    pcm_s24le_planar pcm_s32le pcm_s32be pcm_u32le pcm_u32be pcm_s32le_planar pcm_s64le pcm_s64be pcm_f32le pcm_f32be pcm_f64le pcm_f64be
    pcm_alaw pcm_mulaw pcm_vidc pcm_bluray pcm_dvd pcm_lxf
"""
SOUND_DECODERS = frozenset(_SOUND_DECODERS.split())

_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
_EITHER = (b"mif1", b"msf1", b"miaf", b"mif2")  # HEIF or AVIF, by the other brands
_AVIF = (b"avif", b"avis")
_NAMED = {kind.name: kind for kind in PICTURES}


def kind_at(stream: BinaryIO) -> Kind:
    """Return the kind of what a stream holds, which then stands at its start; ANY if nothing is known of its beginning."""
    stream.seek(0)
    start = stream.read(BEGINNING)
    known = _of_isobmff(start) or _of_fields(start)
    if known is None:
        known = next(
            (k for k in PICTURES + REFUSED + VIDEOS if any(start[at:].startswith(mark) for at, mark in k.marks)), None
        )
    if known is None and _has_footer(stream):
        known = _NAMED["TGA"]
    stream.seek(0)
    return known or ANY


def _of_isobmff(start: bytes) -> Kind | None:
    """HEIF and AVIF: by the brands of the file type box (ISO/IEC 14496-12, 4.3; 23008-12, 10.2)."""
    if start[4:8] != b"ftyp":
        return None
    size = min(int.from_bytes(start[:4]), len(start))
    major, others = start[8:12], [start[at : at + 4] for at in range(16, size - 3, 4)]
    if major in _AVIF or (major in _EITHER and any(brand in _AVIF for brand in others)):
        return _NAMED["AVIF"]
    return _NAMED["HEIF"] if major in _HEIF + _EITHER else None


def _of_fields(start: bytes) -> Kind | None:
    """Kinds that two fields make sure of, where one would be weak."""
    if start[4:6] in (b"\x11\xaf", b"\x12\xaf") and start[14:16] in (b"\0\0", b"\3\0"):
        return _NAMED["FLI"]
    if start[:1] == b"\x0a" and start[1:2] in (b"\0", b"\2", b"\3", b"\5") and start[2:3] == b"\1":
        return _NAMED["PCX"]
    if start[:1] == b"P" and start[1:2] in (b"1", b"2", b"3", b"4", b"5", b"6", b"f") and start[2:3].isspace():
        return _NAMED["PNM"]
    return None


def _has_footer(stream: BinaryIO) -> bool:
    try:
        stream.seek(-len(_FOOTER), 2)
    except (OSError, ValueError):
        return False
    return stream.read(len(_FOOTER)) == _FOOTER
