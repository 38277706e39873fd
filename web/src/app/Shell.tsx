/** The frame around every page of a signed-in person: rail, header, filters, content, and the bottom bar of a phone. */
import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useMatches, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef } from "react";

import { useMe } from "../api/session";
import { FilterBar } from "../filters/FilterBar";
import { startLive } from "../live/connection";
import { LiveAnnouncer } from "../live/LiveAnnouncer";
import { closePalette, togglePalette, usePalette } from "../palette/open";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { BottomBar } from "./BottomBar";
import { Header } from "./Header";
import { Rail } from "./Rail";

const loadPalette = () => import("../palette/CommandPalette");
const CommandPalette = lazy(loadPalette);
const PALETTE_DELAY_MS = 500;

export function Shell() {
  const filters = useMatches({ select: (matches) => matches.at(-1)?.staticData.filters });
  useLiveConnection();
  usePaletteKey();
  usePreloadedPalette();
  const main = useFocusOnNavigation();
  const isPaletteOpen = usePalette();
  return (
    <div className="flex min-h-dvh">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-control bg-surface px-4 py-2 text-text focus:translate-y-0"
      >
        Skip to content
      </a>
      <Rail />
      <div className="flex min-w-0 grow flex-col">
        <Header />
        <main
          id="main"
          ref={main}
          tabIndex={-1}
          className="mx-auto flex w-full max-w-[1440px] min-w-0 grow flex-col gap-4 p-3 pb-24 outline-none sm:p-4 sm:pb-24 md:p-6 md:pb-12"
        >
          {filters && (
            <ErrorBoundary what="The filter bar">
              <FilterBar controls={filters} />
            </ErrorBoundary>
          )}
          <Outlet />
        </main>
      </div>
      <BottomBar />
      <LiveAnnouncer />
      {isPaletteOpen && (
        <Suspense>
          <CommandPalette onClose={closePalette} />
        </Suspense>
      )}
    </div>
  );
}

/** One connection for each workspace and person: another session means another connection. */
function useLiveConnection() {
  const queries = useQueryClient();
  const { workspace, user } = useMe();
  useEffect(() => startLive(queries), [queries, workspace.id, user?.id]);
}

function usePaletteKey() {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      togglePalette();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** What is typed before the palette is there would be lost, so it is fetched as soon as the page has come to rest. */
function usePreloadedPalette() {
  useEffect(() => {
    // Not every browser says when it is idle.
    const timer = setTimeout(() => void loadPalette().catch(() => undefined), PALETTE_DELAY_MS);
    return () => clearTimeout(timer);
  }, []);
}

/** After a change of page the keyboard continues in its content, as it would after a page load. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const pathname = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const previous = useRef(pathname);
  useEffect(() => {
    if (previous.current !== undefined && previous.current !== pathname) main.current?.focus({ preventScroll: true });
    previous.current = pathname;
  }, [pathname]);
  return main;
}
