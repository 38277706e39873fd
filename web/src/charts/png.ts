/**
 * A card as a PNG. The content security policy forbids loading the SVG as an image (and such an image would
 * lack our font), so the shapes are painted one by one with the styles that the page gave them.
 */

const SCALE = 2;
const PAD_PX = 4;

/** A canvas has no tabular figures, so each digit is set where the page has it. */
const PIECES = /\d|[^\s\d]+/g;

export async function cardToPng(card: HTMLElement): Promise<Blob> {
  const box = card.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil((box.width + PAD_PX * 2) * SCALE);
  canvas.height = Math.ceil((box.height + PAD_PX * 2) * SCALE);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot draw images.");
  context.scale(SCALE, SCALE);
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(PAD_PX - box.left, PAD_PX - box.top);
  for (const shape of card.querySelectorAll<SVGGraphicsElement>("svg path, svg line, svg rect, svg circle, svg text")) {
    if (shape.closest("[data-png-skip], defs")) continue;
    paintShape(context, shape);
  }
  for (const text of card.querySelectorAll<HTMLElement>("[data-png]")) paintLines(context, text);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The image could not be made."))), "image/png");
  });
}

function paintShape(context: CanvasRenderingContext2D, shape: SVGGraphicsElement): void {
  const matrix = shape.getScreenCTM();
  if (!matrix) return;
  const style = getComputedStyle(shape);
  context.save();
  context.transform(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f);
  context.globalAlpha = Number(style.opacity);
  if (shape instanceof SVGTextElement) {
    paintText(context, shape, style);
  } else {
    const outline = outlineOf(shape);
    const fill = paint(context, style.fill);
    if (fill && !(shape instanceof SVGLineElement)) {
      context.fillStyle = fill.style;
      context.globalAlpha = Number(style.opacity) * Number(style.fillOpacity) * fill.alpha;
      context.fill(outline);
    }
    const stroke = paint(context, style.stroke);
    if (stroke) {
      context.globalAlpha = Number(style.opacity) * Number(style.strokeOpacity) * stroke.alpha;
      context.strokeStyle = stroke.style;
      context.lineWidth = parseFloat(style.strokeWidth);
      context.lineCap = style.strokeLinecap as CanvasLineCap;
      context.lineJoin = style.strokeLinejoin as CanvasLineJoin;
      context.setLineDash((style.strokeDasharray.match(/[\d.]+/g) ?? []).map(Number));
      context.stroke(outline);
    }
  }
  context.restore();
}

interface Paint {
  style: string | CanvasPattern;
  alpha: number;
}

/** What to paint with. Gradients and hatches live in the document: the first becomes a thin tint, the second is redrawn. */
function paint(context: CanvasRenderingContext2D, value: string): Paint | null {
  if (value === "none" || value === "") return null;
  if (!value.startsWith("url(")) return { style: value, alpha: 1 };
  const id = /#([^"')]+)/.exec(value)?.[1] ?? "";
  const source = document.getElementById(id)?.querySelector("stop, line");
  if (!source) return null;
  const style = getComputedStyle(source);
  if (source instanceof SVGStopElement) return { style: style.stopColor, alpha: 0.25 };
  const hatch = hatchOf(context, style.stroke);
  return hatch && { style: hatch, alpha: 1 };
}

const HATCH_PX = 8;

function hatchOf(context: CanvasRenderingContext2D, colour: string): CanvasPattern | null {
  const tile = document.createElement("canvas");
  tile.width = tile.height = HATCH_PX;
  const pen = tile.getContext("2d");
  if (!pen) return null;
  pen.strokeStyle = colour;
  pen.lineWidth = HATCH_PX / 3;
  for (const shift of [-HATCH_PX, 0, HATCH_PX]) {
    pen.moveTo(shift, HATCH_PX);
    pen.lineTo(shift + HATCH_PX, 0);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}

function outlineOf(shape: SVGGraphicsElement): Path2D {
  const read = (name: string) => Number(shape.getAttribute(name) ?? 0);
  if (shape instanceof SVGPathElement) return new Path2D(shape.getAttribute("d") ?? "");
  const path = new Path2D();
  if (shape instanceof SVGCircleElement) path.arc(read("cx"), read("cy"), read("r"), 0, Math.PI * 2);
  if (shape instanceof SVGRectElement) path.roundRect(read("x"), read("y"), read("width"), read("height"), read("rx"));
  if (shape instanceof SVGLineElement) {
    path.moveTo(read("x1"), read("y1"));
    path.lineTo(read("x2"), read("y2"));
  }
  return path;
}

function paintText(context: CanvasRenderingContext2D, text: SVGTextElement, style: CSSStyleDeclaration): void {
  context.font = fontOf(style);
  context.fillStyle = style.fill;
  for (const piece of (text.textContent ?? "").matchAll(PIECES)) {
    const start = text.getStartPositionOfChar(piece.index);
    const room_px = piece[0].length === 1 ? text.getExtentOfChar(piece.index).width : 0;
    context.fillText(piece[0], start.x + slack(context, piece[0], room_px), start.y);
  }
}

/** Text of the page, line by line as it was wrapped. */
function paintLines(context: CanvasRenderingContext2D, element: HTMLElement): void {
  const style = getComputedStyle(element);
  context.font = fontOf(style);
  context.fillStyle = style.color;
  context.textBaseline = "middle";
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const piece of (node.textContent ?? "").matchAll(PIECES)) {
      range.setStart(node, piece.index);
      range.setEnd(node, piece.index + piece[0].length);
      const box = range.getBoundingClientRect();
      context.fillText(piece[0], box.left + slack(context, piece[0], box.width), box.top + box.height / 2);
    }
  }
  context.textBaseline = "alphabetic";
}

/** How far to the right a single figure stands, so that it is in the middle of its tabular room. */
function slack(context: CanvasRenderingContext2D, piece: string, room_px: number): number {
  return piece.length === 1 ? (room_px - context.measureText(piece).width) / 2 : 0;
}

function fontOf(style: CSSStyleDeclaration): string {
  return `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
}
