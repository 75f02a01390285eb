"""Draws icon.png, the packages' picture: a membrane that climbs to its threshold, fires and falls back. python3 build/icon.py"""
import pathlib
import struct
import zlib

SIZE, THRESHOLD, FIRES = 128, 40, (44, 92)
BACK, LINE, SPIKE = (24, 32, 48), (110, 200, 255), (255, 176, 64)


def colour(x, y):
    last = max((at for at in (0, *FIRES) if at <= x), default=0)
    membrane = 104 - (x - last) * 64 / 44
    if any(abs(x - at) <= 2 for at in FIRES) and 16 <= y <= 104:
        return SPIKE
    if abs(y - membrane) <= 3:
        return LINE
    return (90, 100, 120) if y == THRESHOLD and x // 4 % 2 else BACK


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + bytes(value for x in range(SIZE) for value in colour(x, y)) for y in range(SIZE))
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
pathlib.Path(__file__).with_name("icon.png").write_bytes(png)
