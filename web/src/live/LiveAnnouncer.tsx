/** Tells people who cannot see the page that it has changed, politely and not more than once in half a minute. */
import { useEffect, useRef, useState } from "react";

import { useLive } from "./connection";

const PAUSE_MS = 30_000;

export function LiveAnnouncer() {
  const { updatedAt, changed } = useLive();
  const [text, setText] = useState("");
  const lastSaid = useRef(0);
  useEffect(() => {
    if (!updatedAt || changed.length === 0 || Date.now() - lastSaid.current < PAUSE_MS) return;
    lastSaid.current = Date.now();
    const timer = setTimeout(
      () => setText(changed.includes("*") ? "The page is updated." : `Updated: ${changed.join(", ")}.`),
      0,
    );
    return () => clearTimeout(timer);
  }, [updatedAt, changed]);
  return (
    <p aria-live="polite" className="sr-only">
      {text}
    </p>
  );
}
