#!/usr/bin/env python3
"""Draws the specimen media of the sandbox: pictures, videos, a letter and the files of a chip. Nobody is on them.

The country is Utopia (UTO, the code that ICAO Doc 9303 keeps for specimens), the holder is Anna Maria Specimen. Every
picture says SPECIMEN. Nothing is random and nothing depends on the day, so with the same versions of the tools the same
bytes come out.

    python3 -m pip install pillow pillow-heif        (Pillow 13.0, pillow-heif 1.8)
    apt-get install ffmpeg fonts-dejavu              (ffmpeg 5.1, DejaVu 2.37)
    python3 make.py                                  (writes beside this script)
"""

import base64
import hashlib
import io
import json
import math
import pathlib
import struct
import subprocess

import pillow_heif
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

HERE = pathlib.Path(__file__).resolve().parent
FONTS = pathlib.Path("/usr/share/fonts/truetype/dejavu")

INK = (31, 45, 61)
TEAL = (15, 98, 106)
PALE = (226, 240, 236)
RED = (178, 34, 52)
SKIN, SKIN_SHADE, SKIN_DEEP = (238, 196, 165), (222, 172, 140), (196, 139, 108)
HAIR, HAIR_LIGHT = (74, 46, 33), (98, 63, 45)
CLOTH, CLOTH_DARK = (44, 74, 110), (33, 57, 87)

SURNAME, NAMES, NUMBER = "SPECIMEN", "ANNA MARIA", "UT7654321"
BIRTH, EXPIRY = "940812", "340415"


def font(size, bold=False, mono=False, serif=False):
    name = "DejaVuSansMono" if mono else "DejaVuSerif" if serif else "DejaVuSans"
    return ImageFont.truetype(str(FONTS / f"{name}{'-Bold' if bold else ''}.ttf"), size)


# --- A face ---------------------------------------------------------------------------------------------------------


def smooth(points, closed=True, steps=12):
    """A curve through the points (Catmull-Rom)."""
    count = len(points)
    out = []
    for i in range(count if closed else count - 1):
        pick = (lambda k: points[k % count]) if closed else (lambda k: points[min(max(k, 0), count - 1)])
        p0, p1, p2, p3 = pick(i - 1), pick(i), pick(i + 1), pick(i + 2)
        for step in range(steps):
            t = step / steps
            out.append(tuple(
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
                for a, b, c, d in zip(p0, p1, p2, p3)
            ))
    return out if closed else out + [points[-1]]


def mirrored(right):
    """A symmetric outline from its right half, top to bottom."""
    return right + [(-x, y) for x, y in reversed(right) if abs(x) > 1e-9]


class Face:
    """Draws a head and shoulders. Lengths are in heads; the middle of the face is at `centre`."""

    def __init__(self, image, centre, head, yaw=0.0, lids=0.0, smile=0.0):
        self.image, self.centre, self.head = image, centre, head
        self.yaw, self.lids, self.smile = yaw, lids, smile
        self.draw = ImageDraw.Draw(image)

    def at(self, point, depth=0.0):
        """Where a point is in pixels: `depth` is how much it follows when the head turns (1: the nose)."""
        x, y = point
        if depth:
            z = math.sqrt(max(0.0, 0.44**2 - x * x)) * depth
            x = x * (math.cos(self.yaw) * depth + 1 - depth) + z * math.sin(self.yaw) * 0.62
        return self.centre[0] + x * self.head, self.centre[1] + y * self.head

    def shape(self, points, colour, depth=0.0, closed=True):
        self.draw.polygon([self.at(p, depth) for p in smooth(points, closed)], fill=colour)

    def stroke(self, points, colour, width, depth=0.0):
        line = [self.at(p, depth) for p in smooth(points, closed=False)]
        radius = width * self.head / 2
        self.draw.line(line, fill=colour, width=max(1, round(2 * radius)), joint="curve")
        for x, y in (line[0], line[-1]):
            self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def disc(self, point, radius, colour, depth=0.0):
        x, y = self.at(point, depth)
        radius *= self.head
        self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def glow(self, point, radii, colour, strength, depth=0.0):
        """A soft spot of colour."""
        x, y = self.at(point, depth)
        rx, ry = radii[0] * self.head, radii[1] * self.head
        box = tuple(round(v) for v in (x - 2 * rx, y - 2 * ry, x + 2 * rx, y + 2 * ry))
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        ImageDraw.Draw(mask).ellipse((rx, ry, 3 * rx, 3 * ry), fill=strength)
        mask = mask.filter(ImageFilter.GaussianBlur(min(rx, ry) * 0.45))
        self.image.paste(Image.new("RGB", mask.size, colour), box[:2], mask)

    def paint(self):
        self.shape(mirrored([(0, -0.67), (0.3, -0.6), (0.46, -0.32), (0.5, 0.1), (0.52, 0.5), (0.4, 0.72), (0, 0.6)]),
                   HAIR, 0.15)
        self.shape([(-1.0, 1.9), (-0.96, 1.05), (-0.72, 0.82), (-0.4, 0.72), (-0.16, 0.62), (0.16, 0.62), (0.4, 0.72),
                    (0.72, 0.82), (0.96, 1.05), (1.0, 1.9)], CLOTH)
        self.shape([(-0.155, 0.25), (-0.15, 0.5), (-0.26, 0.67), (0, 0.83), (0.26, 0.67), (0.15, 0.5), (0.155, 0.25)],
                   SKIN_SHADE)
        self.shape([(-0.15, 0.4), (-0.13, 0.5), (0, 0.6), (0.13, 0.5), (0.15, 0.4), (0, 0.46)], SKIN_DEEP)
        self.stroke([(-0.28, 0.665), (-0.17, 0.78), (0, 0.84), (0.17, 0.78), (0.28, 0.665)], CLOTH_DARK, 0.05)
        self.stroke([(-0.66, 1.15), (-0.62, 1.4), (-0.63, 1.8)], CLOTH_DARK, 0.02)
        self.stroke([(0.66, 1.15), (0.62, 1.4), (0.63, 1.8)], CLOTH_DARK, 0.02)
        self.shape(mirrored([(0, -0.5), (0.24, -0.43), (0.35, -0.17), (0.345, 0.07), (0.285, 0.29), (0.16, 0.44),
                             (0, 0.495)]), SKIN, 0.25)
        for side in (-1, 1):
            # The cheek that turns away would blush into the hair.
            away = max(0.0, 1 - 3.2 * max(0.0, self.yaw * side))
            self.glow((0.2 * side, 0.16), (0.085, 0.06), (232, 150, 130), round(72 * away), 0.9)
        self.glow((-0.02, -0.28), (0.16, 0.09), (250, 219, 194), 120, 0.8)
        for side in (-1, 1):
            self.eye(side)
        self.nose_and_mouth()
        self.fringe()

    def eye(self, side):
        x, open_ = 0.152 * side, 1 - self.lids
        upper = [(x - 0.073, 0.0), (x - 0.03, -0.042 * open_), (x + 0.03, -0.042 * open_), (x + 0.073, 0.0)]
        lower = [(x + 0.03, 0.028 * open_), (x - 0.03, 0.028 * open_)]
        self.glow((x, -0.03), (0.09, 0.05), SKIN_SHADE, 130, 1)
        if open_ > 0.25:
            self.shape(upper + lower, (250, 248, 245), 1)
            gaze = self.yaw * 0.02
            self.disc((x + gaze, -0.006), 0.036 * min(1, open_ + 0.1), (88, 116, 92), 1)
            self.disc((x + gaze, -0.006), 0.018, (22, 20, 20), 1)
            self.disc((x + gaze + 0.012, -0.018), 0.008, (255, 255, 255), 1)
        self.stroke(upper, (58, 36, 28), 0.014, 1)
        self.stroke([(x - 0.088 * side, -0.105), (x, -0.132), (x + 0.095 * side, -0.098)], HAIR, 0.02, 1)

    def nose_and_mouth(self):
        self.glow((0.0, 0.125), (0.05, 0.03), SKIN_SHADE, 150, 1)
        self.stroke([(0.035, 0.02), (0.042, 0.1), (0.05, 0.135), (0.02, 0.155)], SKIN_DEEP, 0.011, 1)
        self.stroke([(-0.045, 0.138), (-0.02, 0.155)], SKIN_DEEP, 0.011, 1)
        y, up = 0.285, 0.02 * self.smile
        self.shape([(-0.115, y - up), (-0.05, y - 0.03), (0, y - 0.02), (0.05, y - 0.03), (0.115, y - up),
                    (0.05, y + 0.036), (-0.05, y + 0.036)], (201, 108, 104), 1)
        self.stroke([(-0.112, y - up), (-0.04, y + 0.004), (0.04, y + 0.004), (0.112, y - up)], (150, 70, 70), 0.009, 1)
        self.glow((0, 0.36), (0.07, 0.02), SKIN_SHADE, 120, 1)

    def fringe(self):
        self.shape([(0.1, -0.51), (-0.06, -0.41), (-0.22, -0.31), (-0.32, -0.12), (-0.36, 0.12), (-0.42, 0.36),
                    (-0.5, 0.25), (-0.485, -0.2), (-0.38, -0.5), (-0.16, -0.665), (0.06, -0.67)], HAIR, 0.3)
        self.shape([(0.1, -0.51), (0.22, -0.41), (0.325, -0.17), (0.36, 0.12), (0.42, 0.36), (0.5, 0.25),
                    (0.485, -0.2), (0.38, -0.5), (0.2, -0.655), (0.03, -0.67)], HAIR, 0.3)
        for offset in (0.0, 0.05, 0.1):
            self.stroke([(0.04 - offset, -0.6), (-0.2 - offset, -0.45), (-0.35 - offset * 0.6, -0.12)], HAIR_LIGHT, 0.008,
                        0.3)
        self.stroke([(0.16, -0.6), (0.33, -0.42), (0.41, -0.1)], HAIR_LIGHT, 0.008, 0.3)


def vertical(size, top, bottom):
    """A gradient from top to bottom."""
    mask = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), mask)


def mark(image, text="SPECIMEN", height=0.028):
    """A small label in the lower right corner."""
    draw = ImageDraw.Draw(image, "RGBA")
    size = round(image.height * height)
    face = font(size, bold=True)
    width = draw.textlength(text, font=face)
    x, y = image.width - width - size * 1.5, image.height - size * 2.3
    draw.rounded_rectangle((x - size * 0.6, y - size * 0.4, x + width + size * 0.6, y + size * 1.45), size * 0.4,
                           fill=(*RED, 225))
    draw.text((x, y), text, font=face, fill=(255, 255, 255, 255))
    return image


def portrait(size, top=(214, 222, 228), bottom=(178, 190, 200), head=0.47, centre=0.46, over=3, label=True, **pose):
    """A face in front of a plain wall."""
    width, height = size[0] * over, size[1] * over
    image = vertical((width, height), top, bottom)
    Face(image, (width * 0.5, height * centre), height * head, **pose).paint()
    image = image.resize(size, Image.LANCZOS)
    return mark(image) if label else image


def selfie(yaw=0.0, dim=1.0, smile=0.6):
    """A face at home: a wall, a window out of focus, a plant."""
    size = (1080, 1440)
    room = vertical(size, (232, 224, 212), (196, 184, 170))
    draw = ImageDraw.Draw(room)
    draw.rectangle((60, 120, 420, 760), fill=(205, 224, 238))
    draw.rectangle((60, 120, 420, 760), outline=(248, 246, 242), width=26)
    draw.line((240, 120, 240, 760), fill=(248, 246, 242), width=16)
    draw.line((60, 440, 420, 440), fill=(248, 246, 242), width=16)
    draw.rectangle((0, 1080, 1080, 1440), fill=(150, 128, 110))
    for angle in range(-70, 71, 20):
        x = 900 + 210 * math.sin(math.radians(angle))
        y = 800 - 300 * math.cos(math.radians(angle))
        draw.line((900, 930, x, y), fill=(86, 122, 84), width=42)
    draw.polygon([(820, 920), (980, 920), (955, 1090), (845, 1090)], fill=(190, 110, 78))
    room = room.filter(ImageFilter.GaussianBlur(16))
    big = room.resize((size[0] * 2, size[1] * 2))
    Face(big, (1080, 1330), 1180, yaw=yaw, smile=smile).paint()
    image = big.resize(size, Image.LANCZOS)
    return mark(ImageEnhance.Brightness(image).enhance(dim), height=0.022).resize((810, 1080), Image.LANCZOS)


# --- The card -------------------------------------------------------------------------------------------------------


def check_digit(text):
    """ICAO Doc 9303 part 3: weights 7, 3, 1."""
    value = lambda c: 0 if c == "<" else int(c) if c.isdigit() else ord(c) - 55
    return str(sum(value(c) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def machine_readable_zone():
    """The three lines of a card (TD1)."""
    first = f"I<UTO{NUMBER}{check_digit(NUMBER)}".ljust(30, "<")
    second = f"{BIRTH}{check_digit(BIRTH)}F{EXPIRY}{check_digit(EXPIRY)}UTO".ljust(29, "<")
    composite = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    third = f"{SURNAME}<<{NAMES.replace(' ', '<')}".ljust(30, "<")
    return [first, second + check_digit(composite), third]


CARD = (1512, 954)


def guilloche(image, colour, rows=26, waves=3.0):
    """Fine lines, as on money."""
    draw = ImageDraw.Draw(image, "RGBA")
    width, height = image.size
    for row in range(rows):
        phase = row / rows * math.tau
        points = []
        for step in range(0, width + 12, 12):
            t = step / width
            swing = 0.5 + 0.33 * math.sin(waves * math.tau * t + phase) * math.cos(math.tau * t * 0.5 + phase / 2)
            points.append((step, height * swing + height * 0.42 * math.sin(phase)))
        draw.line(points, fill=colour, width=2)


def emblem(draw, x, y, radius, colour):
    """A sun over waves."""
    for ray in range(16):
        angle = ray / 16 * math.tau
        draw.line((x + radius * 0.62 * math.cos(angle), y + radius * 0.62 * math.sin(angle),
                   x + radius * 0.95 * math.cos(angle), y + radius * 0.95 * math.sin(angle)), fill=colour, width=6)
    draw.ellipse((x - radius / 2, y - radius / 2, x + radius / 2, y + radius / 2), fill=colour)
    for wave in range(2):
        points = [(x - radius * 0.46 + i * radius * 0.046, y + radius * (0.08 + wave * 0.2) + 6 * math.sin(i * 0.9))
                  for i in range(21)]
        draw.line(points, fill=(255, 255, 255), width=6)


def watermark(card):
    """SPECIMEN across the card."""
    layer = Image.new("RGBA", card.size)
    face = font(190, bold=True)
    draw = ImageDraw.Draw(layer)
    width = draw.textlength("SPECIMEN", font=face)
    draw.text(((card.width - width) / 2, 380), "SPECIMEN", font=face, fill=(*RED, 62))
    layer = layer.rotate(18, Image.BICUBIC, center=(card.width / 2, card.height / 2))
    card.paste(layer, (0, 0), layer)


def blank_card():
    card = vertical(CARD, (240, 248, 245), (205, 228, 224))
    guilloche(card, (*TEAL, 34))
    guilloche(card, (200, 140, 60, 30), rows=14, waves=2.0)
    return card


def front_of_card():
    card = blank_card()
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, CARD[0], 150), fill=TEAL)
    emblem(draw, 104, 76, 62, (244, 200, 92))
    draw.text((200, 24), "REPUBLIC OF UTOPIA", font=font(54, bold=True, serif=True), fill=(255, 255, 255))
    draw.text((202, 94), "IDENTITY CARD  ·  SPECIMEN  ·  NOT VALID", font=font(29), fill=(206, 232, 230))
    draw.text((1316, 36), "UTO", font=font(62, bold=True), fill=(244, 200, 92))
    photo = portrait((390, 520), (226, 230, 232), (204, 212, 216), head=0.52, centre=0.44, label=False)
    card.paste(photo, (70, 210))
    draw.rectangle((70, 210, 459, 729), outline=TEAL, width=4)
    ghost = photo.resize((176, 234)).convert("L").convert("RGB")
    ghost = Image.blend(ghost, Image.new("RGB", ghost.size, (214, 234, 230)), 0.62)
    card.paste(ghost, (1266, 600))
    fields = [("Surname", SURNAME), ("Given names", NAMES), ("Nationality", "UTOPIAN"), ("Date of birth", "12 AUG 1994"),
              ("Date of expiry", "15 APR 2034"), ("Sex", "F"), ("Place of birth", "ZENITH, UTOPIA")]
    places = [(520, 196), (520, 306), (520, 416), (520, 526), (900, 526), (900, 416), (520, 636)]
    for (label, value), (x, y) in zip(fields, places):
        draw.text((x, y), label, font=font(27), fill=(70, 110, 112))
        draw.text((x, y + 32), value, font=font(47, bold=True), fill=INK)
    draw.text((1160, 196), "Document no.", font=font(27), fill=(70, 110, 112))
    draw.text((1160, 228), NUMBER, font=font(47, bold=True, mono=True), fill=RED)
    signature = [(560 + i * 2.4 + 13 * math.sin(i * 0.52), 838 - 26 * math.cos(i * 0.52) * math.exp(-((i - 40) / 90) ** 2)
                  - 12 * math.sin(i * 0.11)) for i in range(150)]
    draw.line(signature, fill=(28, 40, 96), width=5, joint="curve")
    draw.line((520, 882, 960, 882), fill=(120, 150, 150), width=2)
    draw.text((520, 888), "Holder's signature", font=font(23), fill=(70, 110, 112))
    draw.rounded_rectangle((116, 784, 236, 876), 16, fill=(226, 186, 92), outline=(160, 122, 40), width=4)
    for y in (806, 830, 854):
        draw.line((116, y, 236, y), fill=(160, 122, 40), width=3)
    draw.line((176, 784, 176, 876), fill=(160, 122, 40), width=3)
    watermark(card)
    return card


def back_of_card():
    card = blank_card()
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 70, CARD[0], 190), fill=(40, 46, 52))
    fields = [("Authority", "MINISTRY OF NOWHERE, UTOPIA"), ("Date of issue", "15 APR 2024"), ("Height", "171 cm"),
              ("Colour of eyes", "GREEN"), ("Residence", "1 LIGHTHOUSE QUAY, ZENITH")]
    places = [(70, 232), (70, 342), (470, 342), (760, 342), (70, 452)]
    for (label, value), (x, y) in zip(fields, places):
        draw.text((x, y), label, font=font(26), fill=(70, 110, 112))
        draw.text((x, y + 31), value, font=font(40, bold=True), fill=INK)
    emblem(draw, 1290, 400, 130, (*TEAL,))
    draw.rectangle((0, 600, CARD[0], CARD[1]), fill=(247, 249, 247))
    for row, line in enumerate(machine_readable_zone()):
        for column, letter in enumerate(line):
            draw.text((70 + column * 46.2, 632 + row * 100), letter, font=font(66, bold=True, mono=True), fill=(22, 24, 28))
    watermark(card)
    return card


def rounded(card, radius=54):
    mask = Image.new("L", card.size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, card.width - 1, card.height - 1), radius, fill=255)
    card = card.convert("RGBA")
    card.putalpha(mask)
    return card


def table(size, tone):
    """Planks."""
    image = vertical(size, tone, tuple(round(v * 0.82) for v in tone))
    draw = ImageDraw.Draw(image, "RGBA")
    for y in range(0, size[1], 5):
        shade = round(14 * math.sin(y * 0.31) + 10 * math.sin(y * 0.047 + 1))
        points = [(x, y + 7 * math.sin(x / 260 + y * 0.02)) for x in range(0, size[0] + 20, 20)]
        draw.line(points, fill=(255, 240, 220, 16 + shade) if shade > 0 else (30, 16, 8, 14 - shade), width=3)
    for y in range(0, size[1], 400):
        draw.line((0, y, size[0], y), fill=(30, 18, 10, 120), width=5)
    return image


def photographed(card, angle=-1.6, scale=0.98, tone=(150, 112, 82), shift=(0, 0)):
    """The card on a table, seen from above."""
    size = (1760, 1240)
    image = table(size, tone)
    card = rounded(card).resize((round(CARD[0] * scale), round(CARD[1] * scale)), Image.LANCZOS)
    turned = card.rotate(angle, Image.BICUBIC, expand=True)
    x, y = (size[0] - turned.width) // 2 + shift[0], (size[1] - turned.height) // 2 + shift[1]
    shadow = Image.new("L", size)
    shadow.paste(turned.getchannel("A").point(lambda v: v * 0.55), (x + 12, y + 22))
    image.paste((18, 10, 6), (0, 0), shadow.filter(ImageFilter.GaussianBlur(20)))
    image.paste(turned, (x, y), turned)
    return image


def glare(image, centre, radius, strength):
    """A lamp mirrored in the card."""
    mask = Image.new("L", image.size)
    x, y = centre
    ImageDraw.Draw(mask).ellipse((x - radius, y - radius * 0.7, x + radius, y + radius * 0.7), fill=strength)
    image.paste((255, 255, 250), (0, 0), mask.filter(ImageFilter.GaussianBlur(radius * 0.4)))


def bad_photograph(card):
    """What made the provider ask again: dark, tilted, out of focus, a lamp in it."""
    image = photographed(card, angle=11, scale=0.86, tone=(84, 66, 54), shift=(-40, 30))
    image = ImageEnhance.Brightness(image).enhance(0.6)
    glare(image, (1080, 480), 230, 235)
    return image.filter(ImageFilter.GaussianBlur(6))


# --- Writing --------------------------------------------------------------------------------------------------------


def save(name, image, size=None, **options):
    if size:
        image = image.resize(size, Image.LANCZOS)
    image.save(HERE / name, **options)


def jpeg_bytes(image, quality):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def frame(size, time, length, caption, swing):
    """One picture of a video: an oval to look through, what to do, a head that turns."""
    over = 2
    width, height = size[0] * over, size[1] * over
    image = vertical((width, height), (206, 216, 224), (160, 176, 190))
    turn = math.sin(time / length * math.tau)
    lids = 1.0 if abs(time - length * 0.12) < 0.09 or abs(time - length * 0.62) < 0.09 else 0.0
    Face(image, (width * (0.5 + 0.008 * turn), height * 0.45), height * 0.42, yaw=swing * turn, lids=lids).paint()
    mask = Image.new("L", (width, height), 150)
    oval = (width * 0.1, height * 0.1, width * 0.9, height * 0.8)
    ImageDraw.Draw(mask).ellipse(oval, fill=0)
    image.paste((18, 30, 42), (0, 0), mask)
    draw = ImageDraw.Draw(image)
    draw.ellipse(oval, outline=(255, 255, 255), width=3 * over)
    share = time / length
    draw.arc(oval, -90, -90 + 360 * share, fill=(64, 196, 160), width=6 * over)
    words = caption if isinstance(caption, str) else caption[0] if turn >= 0 else caption[1]
    face = font(round(height * 0.032), bold=True)
    draw.text(((width - draw.textlength(words, font=face)) / 2, height * 0.835), words, font=face, fill=(255, 255, 255))
    small = font(round(height * 0.021))
    note = "SPECIMEN  ·  nobody is in this video"
    draw.text(((width - draw.textlength(note, font=small)) / 2, height * 0.9), note, font=small, fill=(244, 190, 120))
    return image.resize(size, Image.LANCZOS)


def video(name, size, length, rate, caption, swing, codec):
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}",
               "-r", str(rate), "-i", "-", "-threads", "1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
               "-map_metadata", "-1", "-pix_fmt", "yuv420p", *codec, str(HERE / name)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        for index in range(round(length * rate)):
            process.stdin.write(frame(size, index / rate, length, caption, swing).tobytes())
        process.stdin.close()
    if process.returncode:
        raise SystemExit(f"ffmpeg failed on {name}")


def letter(name):
    """A proof of address: a one-page PDF with real text."""
    lines = [(70, 770, 20, "F2", "Zenith Light & Water"), (70, 750, 10, "F1", "2 Harbour Street, Zenith, Utopia"),
             (70, 690, 11, "F1", "Anna Maria SPECIMEN"), (70, 675, 11, "F1", "1 Lighthouse Quay"),
             (70, 660, 11, "F1", "Zenith, Utopia"), (400, 690, 10, "F1", "Customer 000 042"),
             (400, 675, 10, "F1", "Invoice 2026-03-0042"), (400, 660, 10, "F1", "12 March 2026"),
             (70, 600, 16, "F2", "Your bill for February 2026"), (82, 556, 11, "F1", "Light, 142 kWh"),
             (430, 556, 11, "F1", "31.24 UTD"), (82, 530, 11, "F1", "Water, 6 m\\263"), (430, 530, 11, "F1", "12.60 UTD"),
             (82, 496, 12, "F2", "To be paid by 31 March 2026"), (430, 496, 12, "F2", "43.84 UTD"),
             (70, 430, 10, "F1", "Supplied at: 1 Lighthouse Quay, Zenith, Utopia."),
             (70, 414, 10, "F1", "This is a specimen. There is no such place, no such company and no such person.")]
    stream = ["0.06 0.38 0.42 rg 0 805 595 37 re f", "0.89 0.94 0.93 rg 70 486 455 26 re f",
              "0.75 0.82 0.82 RG 70 576 m 525 576 l S 70 520 m 525 520 l S",
              "q 0.70 0.13 0.20 rg BT /F2 84 Tf 0.77 0.64 -0.64 0.77 130 90 Tm /G0 gs (SPECIMEN) Tj ET Q", "0.12 0.18 0.24 rg"]
    for x, y, size, face, text in lines:
        stream.append(f"BT /{face} {size} Tf {x} {y} Td ({text}) Tj ET")
    content = "\n".join(stream).encode("latin-1")
    face = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R "
               b"/F2 6 0 R >> /ExtGState << /G0 << /ca 0.22 >> >> >> >>",
               b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
               face.format("Helvetica").encode(), face.format("Helvetica-Bold").encode(),
               b"<< /Title (Specimen of a proof of address) >>"]
    out, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 7 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    (HERE / name).write_bytes(out)


# --- The chip -------------------------------------------------------------------------------------------------------


def tlv(tag, *parts):
    """Tag, length, value: DER."""
    value = b"".join(parts)
    length = len(value)
    if length < 0x80:
        head = bytes([length])
    else:
        digits = (length.bit_length() + 7) // 8
        head = bytes([0x80 | digits]) + length.to_bytes(digits, "big")
    return bytes.fromhex(tag) + head + value


def biometric(picture):
    """One face as ISO/IEC 19794-5 says: file header, face header, picture header, JPEG."""
    width, height = Image.open(io.BytesIO(picture)).size
    about = struct.pack(">HBBB3sH3s3s", 0, 2, 3, 4, bytes(3), 1, bytes(3), bytes(3))
    shown = struct.pack(">BBHHBBHH", 1, 0, width, height, 1, 2, 0, 0)
    record = struct.pack(">I", 4 + len(about) + len(shown) + len(picture)) + about + shown + picture
    return b"FAC\x00010\x00" + struct.pack(">IH", 14 + len(record), 1) + record


def chip(name, picture):
    """EF.COM, EF.SOD, DG1 and DG2 of a card, as base64 in JSON. The SOD has the true digests and no signer."""
    zone = "".join(machine_readable_zone()).encode()
    com = tlv("60", tlv("5F01", b"0107"), tlv("5F36", b"040000"), tlv("5C", b"\x61\x75"))
    dg1 = tlv("61", tlv("5F1F", zone))
    header = tlv("A1", tlv("80", b"\x01\x01"), tlv("81", b"\x02"), tlv("87", b"\x01\x01"), tlv("88", b"\x00\x08"))
    dg2 = tlv("75", tlv("7F61", tlv("02", b"\x01"), tlv("7F60", header, tlv("5F2E", biometric(picture)))))
    sha256 = tlv("30", bytes.fromhex("0609608648016503040201"), b"\x05\x00")
    digest = lambda number, group: tlv("30", tlv("02", bytes([number])), tlv("04", hashlib.sha256(group).digest()))
    security = tlv("30", tlv("02", b"\x00"), sha256, tlv("30", digest(1, dg1), digest(2, dg2)))
    enclosed = tlv("30", bytes.fromhex("0606678108010101"), tlv("A0", tlv("04", security)))
    signed = tlv("30", tlv("02", b"\x03"), tlv("31", sha256), enclosed, tlv("31"))
    sod = tlv("77", tlv("30", bytes.fromhex("06092A864886F70D010702"), tlv("A0", signed)))
    files = {"com": com, "sod": sod, "dg1": dg1, "dg2": dg2}
    text = json.dumps({key: base64.b64encode(value).decode() for key, value in files.items()})
    (HERE / name).write_text(text + "\n", encoding="ascii")


def heif_pictures():
    pillow_heif.register_heif_opener()
    save("face.heic", portrait((360, 480), (220, 214, 200), (184, 176, 160), yaw=0.12), quality=55)
    save("document.heif", photographed(front_of_card(), angle=2).crop((90, 90, 1670, 1150)), (640, 429), quality=45)
    # The same coding, announced as the general format instead of the HEVC one.
    path = HERE / "document.heif"
    path.write_bytes(path.read_bytes().replace(b"ftypheic", b"ftypmif1", 1))


def main():
    front, back = front_of_card(), back_of_card()
    save("document-front.jpg", photographed(front), (1408, 992), quality=80, optimize=True)
    save("document-back.jpg", photographed(back, angle=1.2), (1408, 992), quality=78, optimize=True)
    save("document-front-unclear.jpg", bad_photograph(front), (1056, 744), quality=70, optimize=True)
    save("document-back-first.jpg", photographed(back, angle=-4, scale=0.9), (1056, 744), quality=74, optimize=True)
    save("face.jpg", selfie(), quality=84, optimize=True)
    save("face-first.jpg", selfie(yaw=-0.28, dim=0.82, smile=0.1), (608, 810), quality=80, optimize=True)
    picture = jpeg_bytes(portrait((300, 400), (226, 230, 232), (204, 212, 216), head=0.55, centre=0.45), 80)
    (HERE / "face-nfc.jpg").write_bytes(picture)
    chip("nfc.json", picture)
    save("face.png", portrait((240, 320), (212, 226, 220), (176, 200, 190), yaw=-0.1).quantize(128, dither=0),
         optimize=True)
    save("face.webp", portrait((360, 480), (226, 216, 226), (190, 176, 194), smile=1.0), quality=72, method=6)
    save("small.jpg", portrait((120, 160), label=False), quality=70, optimize=True)
    heif_pictures()
    letter("address.pdf")
    turn = ("Turn your head to your left", "Turn your head to your right")
    video("selfie.mp4", (480, 640), 5, 20, turn, 0.42,
          ["-c:v", "libx264", "-profile:v", "baseline", "-preset", "veryslow", "-crf", "25", "-movflags", "+faststart"])
    video("short.webm", (360, 480), 3, 15, "Look into the camera", 0.12,
          ["-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "42", "-deadline", "good", "-cpu-used", "1"])


if __name__ == "__main__":
    main()
