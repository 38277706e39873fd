/** A text that is tinted for a moment when it changes, and never when it first appears. */
import { useState } from "react";

import { classes } from "../ui/classes";

interface TintedProps {
  text: string;
  title?: string;
  className?: string;
}

export function Tinted({ text, title, className }: TintedProps) {
  const [first] = useState(text);
  return (
    <span key={text} title={title} className={classes(text !== first && "value-changed", className)}>
      {text}
    </span>
  );
}
