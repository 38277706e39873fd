/** A filter's button, which says how many values are chosen, and the choices that it opens. */
import { useState, type ReactNode } from "react";

import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import { Popover } from "../ui/Popover";

export function FilterPopover({ label, chosen, children }: { label: string; chosen: number; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      label={`Filter by ${label.toLowerCase()}`}
      open={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button>
          {label}
          {chosen > 0 && (
            <span className="rounded-full bg-surface-2 px-1.5 text-small text-accent">
              {chosen}
              <span className="sr-only"> chosen</span>
            </span>
          )}
          <Icon name="chevronDown" size={14} />
        </Button>
      }
    >
      {children}
    </Popover>
  );
}
