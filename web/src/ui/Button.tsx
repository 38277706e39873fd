/** Buttons: one primary look for the action a page is for, a plain one, a quiet one and a dangerous one. */
import type { ComponentProps } from "react";

import { classes } from "./classes";
import { Icon, type IconName } from "./icons";

type Look = "primary" | "plain" | "quiet" | "danger";

const LOOKS: Record<Look, string> = {
  primary: "brand-gradient border border-transparent hover:brightness-110",
  plain: "border border-control bg-surface text-text hover:bg-surface-2",
  quiet: "border border-transparent text-muted hover:bg-surface-2 hover:text-text",
  danger: "border border-crit bg-surface text-crit hover:bg-surface-2",
};

export function buttonLook(look: Look = "plain", className?: string): string {
  return classes(
    "inline-flex h-(--control-height) shrink-0 items-center justify-center gap-2 rounded-control px-3 text-body font-medium",
    "whitespace-nowrap no-underline disabled:opacity-60 disabled:hover:brightness-100",
    LOOKS[look],
    className,
  );
}

interface ButtonProps extends ComponentProps<"button"> {
  look?: Look;
  icon?: IconName;
  /** While it works the button keeps its focus and its place, and refuses to be pressed twice. */
  busy?: boolean;
}

export function Button({ look, icon, busy, className, children, onClick, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={busy ? "button" : type}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? undefined : onClick}
      className={buttonLook(look, classes(busy && "cursor-progress", className))}
    >
      {icon && <Icon name={icon} size={16} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  icon: IconName;
  label: string;
}

export function IconButton({ icon, label, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...rest}
      className={classes(
        "inline-flex size-(--control-height) shrink-0 items-center justify-center rounded-control",
        "text-muted hover:bg-surface-2 hover:text-text disabled:opacity-60",
        className,
      )}
    >
      <Icon name={icon} />
    </button>
  );
}
