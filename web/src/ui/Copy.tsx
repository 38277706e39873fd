/** Copying: a button that says what happened, and a field that shows a value made to be copied. */
import { useEffect, useState } from "react";

import { Button } from "./Button";

const SAID_MS = 2000;

async function writeClipboard(value: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    return false;
  }
}

export function CopyButton({ value, label = "Copy" }: { value: string; label?: string }) {
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => setSaid((await writeClipboard(value)) ? "Copied" : "Select and copy by hand");
  return (
    <Button icon={said === "Copied" ? "check" : "copy"} onClick={copy} className="max-w-full">
      <span aria-live="polite" className="truncate">
        {said ?? label}
      </span>
    </Button>
  );
}

/** A value shown whole in a box of its own: it wraps rather than hides, and one click selects it. */
export function CopyField({ label, value }: { label: string; value: string }) {
  return (
    <div className="flex flex-col gap-2">
      <p className="text-card text-muted">{label}</p>
      <code className="block rounded-control border border-line bg-surface-2 p-3 font-mono text-code break-all select-all">
        {value}
      </code>
      <div>
        <CopyButton value={value} />
      </div>
    </div>
  );
}

/** Lines to paste into a terminal. */
export function Snippet({ label, code }: { label: string; code: string }) {
  return (
    <div className="flex flex-col gap-2">
      <pre
        // A long line scrolls inside its box, so the box must be reachable by keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label={label}
        className="overflow-x-auto rounded-control border border-line bg-surface-2 p-3 font-mono text-code"
      >
        {code}
      </pre>
      <div>
        <CopyButton value={code} label="Copy command" />
      </div>
    </div>
  );
}
