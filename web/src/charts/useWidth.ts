/** The width of an element, followed by a ResizeObserver. */
import { useCallback, useState } from "react";

/** Until the element is measured, which happens before the first paint. */
const WIDTH_GUESS_PX = 640;

export function useWidth(): [(node: HTMLElement | null) => (() => void) | undefined, number] {
  const [width, setWidth] = useState(WIDTH_GUESS_PX);
  const follow = useCallback((node: HTMLElement | null) => {
    if (!node) return undefined;
    const measure = () => setWidth(Math.max(160, Math.floor(node.clientWidth)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return [follow, width];
}
