/** Ways from the overview into the explorer and the events, with the filters in force. */
import { useRouter } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";

import { stringifySearch, type Filters } from "../filters/filters";

export interface Target extends Omit<Filters, "client" | "agent"> {
  client?: string | string[];
  agent?: string | string[];
  group_by?: string;
  service?: string;
  grain?: string;
  /** What the explorer leads back to. */
  trail?: string;
}

/** The address of the explorer that shows what is meant. */
export function explorerHref(target: Target): string {
  return `/explorer${stringifySearch({ ...target })}`;
}

/** What an anchor needs to be followed without loading the page anew; a new tab is left to the browser. */
export function useFollow() {
  const router = useRouter();
  return (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate({ href: event.currentTarget.getAttribute("href") ?? "/" });
  };
}

interface FollowProps {
  href: string;
  className?: string;
  children: ReactNode;
}

export function Follow({ href, className, children }: FollowProps) {
  const follow = useFollow();
  return (
    <a href={href} onClick={follow} className={className}>
      {children}
    </a>
  );
}
