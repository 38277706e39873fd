/** The side rail: every page, wide or as a strip of icons, as the person left it. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { useMe } from "../api/session";
import { IconButton } from "../ui/Button";
import { classes } from "../ui/classes";
import { Icon } from "../ui/icons";
import { Logo, LogoMark } from "./Logo";
import { visiblePages, type PageLink } from "./pages";

const STORED_AS = "outlay.rail";

function readCollapsed(): boolean {
  try {
    return localStorage.getItem(STORED_AS) === "collapsed";
  } catch {
    return false;
  }
}

function storeCollapsed(isCollapsed: boolean) {
  try {
    localStorage.setItem(STORED_AS, isCollapsed ? "collapsed" : "open");
  } catch {
    // Where storage is forbidden the rail opens anew on the next visit.
  }
}

export function Rail() {
  const [isCollapsed, setCollapsed] = useState(readCollapsed);
  const { permissions } = useMe();
  const toggle = () => {
    setCollapsed(!isCollapsed);
    storeCollapsed(!isCollapsed);
  };
  return (
    <div
      className={classes(
        "glass sticky top-0 hidden h-dvh shrink-0 flex-col border-r border-line md:flex",
        isCollapsed ? "w-16" : "w-(--rail-width)",
      )}
    >
      <nav aria-label="Main" className="flex min-h-0 grow flex-col">
        <Link to="/" aria-label="Outlay, home" className="flex h-14 shrink-0 items-center px-[17px] no-underline">
          {isCollapsed ? <LogoMark /> : <Logo />}
        </Link>
        <div className="relative flex grow flex-col gap-4 overflow-y-auto px-3 py-2">
          {visiblePages(permissions).map((group) => (
            <div key={group.name} role="group" aria-label={group.name}>
              {!isCollapsed && <p className="px-2 pb-1 text-small font-medium text-muted">{group.name}</p>}
              <ul className="flex flex-col gap-0.5">
                {group.pages.map((page) => (
                  <li key={page.to}>
                    <RailLink page={page} isCollapsed={isCollapsed} />
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </div>
      </nav>
      <div className="border-t border-line p-3">
        <IconButton
          icon="rail"
          label={isCollapsed ? "Widen the side rail" : "Narrow the side rail"}
          aria-expanded={!isCollapsed}
          onClick={toggle}
        />
      </div>
    </div>
  );
}

function RailLink({ page, isCollapsed }: { page: PageLink; isCollapsed: boolean }) {
  return (
    <Link
      to={page.to}
      activeOptions={{ exact: page.to === "/", includeSearch: false }}
      title={isCollapsed ? page.name : undefined}
      className="flex h-9 items-center gap-3 rounded-control border border-transparent px-2.5 text-muted no-underline hover:bg-surface-2 hover:text-text coarse:h-11"
      activeProps={{ className: "!text-text bg-surface-2 !border-line font-semibold [&>svg]:text-accent" }}
    >
      <Icon name={page.icon} className="shrink-0" />
      <span className={isCollapsed ? "sr-only" : "truncate"}>{page.name}</span>
    </Link>
  );
}
