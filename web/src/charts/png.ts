/**
 * A card as a PNG. The content security policy forbids loading the SVG as an image (and such an image would
 * lack our font), so the shapes are painted one by one with the styles that the page gave them.
 */

const SCALE = 2;
const PAD_PX = 20;

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
    const fill = paint(style.fill);
    if (fill && !(shape instanceof SVGLineElement)) {
      context.fillStyle = fill.colour;
      context.globalAlpha = Number(style.opacity) * Number(style.fillOpacity) * fill.alpha;
      context.fill(outline);
    }
    const stroke = paint(style.stroke);
    if (stroke) {
      context.globalAlpha = Number(style.opacity) * Number(style.strokeOpacity);
      context.strokeStyle = stroke.colour;
      context.lineWidth = parseFloat(style.strokeWidth);
      context.lineCap = style.strokeLinecap as CanvasLineCap;
      context.lineJoin = style.strokeLinejoin as CanvasLineJoin;
      context.setLineDash((style.strokeDasharray.match(/[\d.]+/g) ?? []).map(Number));
      context.stroke(outline);
    }
  }
  context.restore();
}

/** A colour to paint with; gradients and hatches, which live in the document, become a thin tint. */
function paint(value: string): { colour: string; alpha: number } | null {
  if (value === "none" || value === "") return null;
  if (!value.startsWith("url(")) return { colour: value, alpha: 1 };
  const id = /#([^"')]+)/.exec(value)?.[1] ?? "";
  const source = document.getElementById(id)?.querySelector("stop, line");
  if (!source) return null;
  const style = getComputedStyle(source);
  return { colour: source instanceof SVGStopElement ? style.stopColor : style.stroke, alpha: 0.3 };
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
  if (text.getNumberOfChars() === 0) return;
  const start = text.getStartPositionOfChar(0);
  context.font = fontOf(style);
  context.fillStyle = style.fill;
  context.fillText(text.textContent ?? "", start.x, start.y);
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
    for (const word of (node.textContent ?? "").matchAll(/\S+/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const box = range.getBoundingClientRect();
      context.fillText(word[0], box.left, box.top + box.height / 2);
    }
  }
  context.textBaseline = "alphabetic";
}

function fontOf(style: CSSStyleDeclaration): string {
  return `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
}
