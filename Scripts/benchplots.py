"""SVG plots with only the standard library: bars, and lines over a logarithmic axis.

The colours can be distinguished in grey and by most eyes; every series is named beside its line.
"""
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 214, 46, 56
COLOURS = ["#1b6ca8", "#c8553d", "#3a7d44", "#8a6fae", "#b58900"]
FONT = 'font-family="DejaVu Sans, Verdana, sans-serif"'


class Canvas:
    def __init__(self, title, y_label, y_most):
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>']
        self.text(LEFT, 24, title, size=15, weight="bold")
        self.text(16, (TOP + HEIGHT - BOTTOM) / 2, y_label, anchor="middle", turn=-90)
        self.step = nice(y_most / 5)
        self.most = self.step * math.ceil(y_most / self.step)
        value = 0
        while value <= self.most + self.step / 2:
            y = self.y(value)
            self.line(LEFT, y, WIDTH - RIGHT, y, "#dddddd")
            self.text(LEFT - 8, y + 4, short(value), anchor="end")
            value += self.step

    def y(self, value):
        return HEIGHT - BOTTOM - value / self.most * (HEIGHT - BOTTOM - TOP)

    def line(self, x1, y1, x2, y2, colour, width=1):
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                          f'stroke="{colour}" stroke-width="{width}"/>')

    def text(self, x, y, words, size=12, anchor="start", weight="normal", turn=0, colour="#222222"):
        turned = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" {FONT} font-size="{size}" '
                          f'font-weight="{weight}" text-anchor="{anchor}" fill="{colour}"{turned}>'
                          f"{escape(words)}</text>")

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(self.parts + ["</svg>", ""]))


def bars(path, title, y_label, groups, series):
    """`series`: name -> a value (or None) for each of `groups`."""
    most = max(value for values in series.values() for value in values if value is not None)
    canvas = Canvas(title, y_label, most)
    span = (WIDTH - LEFT - RIGHT) / len(groups)
    width = span * 0.8 / len(series)
    for number, (name, values) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        for group, value in enumerate(values):
            if value is None:
                continue
            x, y = LEFT + group * span + span * 0.1 + number * width, canvas.y(value)
            canvas.parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width * 0.92:.1f}" '
                f'height="{HEIGHT - BOTTOM - y:.1f}" fill="{colour}"/>')
            canvas.text(x + width / 2, y - 4, short(value), size=9, anchor="middle")
        y = TOP + 14 + number * 20
        canvas.parts.append(f'<rect x="{WIDTH - RIGHT + 16}" y="{y - 10}" width="12" height="12" '
                            f'fill="{colour}"/>')
        canvas.text(WIDTH - RIGHT + 34, y, name)
    for group, name in enumerate(groups):
        canvas.text(LEFT + (group + 0.5) * span, HEIGHT - BOTTOM + 20, name, anchor="middle")
    canvas.save(path)


def lines(path, title, x_label, y_label, ticks, series, markers=True):
    """`series`: name -> [(x, y)]; `ticks`: [(x, text)]; x is on a logarithmic axis."""
    most = max(y for points in series.values() for _, y in points)
    canvas = Canvas(title, y_label, most)
    first, last = math.log(ticks[0][0]), math.log(ticks[-1][0])

    def x_of(value):
        return LEFT + (math.log(value) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    for value, name in ticks:
        canvas.line(x_of(value), TOP, x_of(value), HEIGHT - BOTTOM, "#eeeeee")
        canvas.text(x_of(value), HEIGHT - BOTTOM + 20, name, anchor="middle")
    canvas.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, x_label, anchor="middle")
    names = []
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        way = " ".join(f"{x_of(x):.1f},{canvas.y(y):.1f}" for x, y in points)
        canvas.parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" '
                            f'stroke-width="2.5"/>')
        for x, y in points if markers else []:
            canvas.parts.append(
                f'<circle cx="{x_of(x):.1f}" cy="{canvas.y(y):.1f}" r="3.5" fill="{colour}"/>')
        names.append([canvas.y(points[-1][1]) + 4, name, colour])
    # Names are at the ends of their lines, moved apart if those are close.
    names.sort()
    for above, below in zip(names, names[1:]):
        below[0] = max(below[0], above[0] + 16)
    for y, name, colour in names:
        canvas.text(WIDTH - RIGHT + 12, y, name, colour=colour, weight="bold")
    canvas.save(path)


def nice(step):
    """The next of 1, 2, 5, 10, 20, 50, ... at or above `step`."""
    power = 10 ** math.floor(math.log10(step))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= step * 0.999)


def short(value):
    if value >= 10_000:
        return f"{value / 1000:.0f}k"
    if value >= 1_000:
        return f"{value / 1000:.1f}k"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"
