/** The crosshair: which bucket, and which series of it, the pointer or the arrow keys are at. */
import { useState, type KeyboardEvent, type PointerEvent, type MouseEvent } from "react";

import type { Frame } from "./frame";
import type { Buckets, Selection } from "./types";

export interface Crosshair {
  index: number;
  series: string | null;
}

interface CrosshairOptions {
  frame: Frame;
  buckets: Buckets;
  seriesKeys: readonly string[];
  /** The series drawn at a bucket and value, for the pointer. */
  hit?: (index: number, value: number) => string | null;
  onSelect?: (selection: Selection) => void;
}

export function useCrosshair({ frame, buckets, seriesKeys, hit, onSelect }: CrosshairOptions) {
  const [at, setAt] = useState<Crosshair | null>(null);
  // A finger first looks, then opens: the second tap on the same bucket selects.
  const [looked, setLooked] = useState<number | null>(null);
  const last = frame.count - 1;
  const current = at && at.index <= last ? at : null;

  const find = (event: MouseEvent<SVGElement>): Crosshair => {
    const box = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
    const index = frame.indexAt(event.clientX - (box?.left ?? 0));
    return { index, series: hit?.(index, frame.valueAt(event.clientY - (box?.top ?? 0))) ?? null };
  };
  const select = (where: Crosshair) => {
    onSelect?.({ index: where.index, bucket: buckets.keys[where.index] as string, series: where.series });
  };

  return {
    at: current,
    handlers: {
      onPointerMove: (event: PointerEvent<SVGElement>) => {
        const next = find(event);
        if (next.index !== current?.index || next.series !== current.series) setAt(next);
      },
      onPointerDown: (event: PointerEvent<SVGElement>) => {
        setLooked(event.pointerType === "touch" ? (current?.index ?? null) : find(event).index);
        setAt(find(event));
      },
      onPointerLeave: (event: PointerEvent<SVGElement>) => {
        if (event.pointerType !== "touch" && document.activeElement !== event.currentTarget) setAt(null);
      },
      onClick: (event: MouseEvent<SVGElement>) => {
        const where = find(event);
        if (where.index === looked) select(where);
      },
      onFocus: () => setAt((before) => before ?? { index: last, series: null }),
      onBlur: () => setAt(null),
      onKeyDown: (event: KeyboardEvent<SVGElement>) => {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const from = current ?? { index: last, series: null };
        if (event.key === "Enter" || event.key === " ") select(from);
        else if (event.key === "Escape") event.currentTarget.blur();
        else {
          const next = move(event.key, from, last, seriesKeys);
          if (!next) return;
          setAt(next);
        }
        event.preventDefault();
      },
    },
  };
}

/** Where a key leads: left and right through the buckets, up and down through the series; null for other keys. */
export function move(key: string, from: Crosshair, last: number, seriesKeys: readonly string[]): Crosshair | null {
  const page = Math.max(1, Math.round((last + 1) / 10));
  const to = (index: number): Crosshair => ({ ...from, index: Math.min(last, Math.max(0, index)) });
  const stops: readonly (string | null)[] = seriesKeys.length > 1 ? [null, ...seriesKeys] : [null];
  const turn = (by: number): Crosshair => {
    const position = (stops.indexOf(from.series) + by + stops.length) % stops.length;
    return { ...from, series: stops[position] ?? null };
  };
  switch (key) {
    case "ArrowLeft":
      return to(from.index - 1);
    case "ArrowRight":
      return to(from.index + 1);
    case "PageDown":
      return to(from.index - page);
    case "PageUp":
      return to(from.index + page);
    case "Home":
      return to(0);
    case "End":
      return to(last);
    case "ArrowUp":
      return turn(1);
    case "ArrowDown":
      return turn(-1);
    default:
      return null;
  }
}
