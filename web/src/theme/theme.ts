/** The theme chosen by the person or the system; `public/theme.js` applies the same rule before the first paint. */
import { useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "dark" | "light";

const STORED_AS = "outlay.theme";
const LIGHT = "(prefers-color-scheme: light)";
const listeners = new Set<() => void>();
let choice: ThemeChoice = read();

function read(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORED_AS);
    return stored === "dark" || stored === "light" ? stored : "system";
  } catch {
    return "system";
  }
}

function apply(): void {
  const system = window.matchMedia(LIGHT).matches ? "light" : "dark";
  document.documentElement.dataset.theme = choice === "system" ? system : choice;
}

export function chooseTheme(next: ThemeChoice): void {
  choice = next;
  try {
    if (next === "system") localStorage.removeItem(STORED_AS);
    else localStorage.setItem(STORED_AS, next);
  } catch {
    // Where storage is forbidden the choice holds until the page is left.
  }
  apply();
  for (const listener of listeners) listener();
}

/** Follows the system's change of theme, and a choice made in another tab. */
export function watchTheme(): void {
  window.matchMedia(LIGHT).addEventListener("change", apply);
  window.addEventListener("storage", (event) => {
    if (event.key === STORED_AS) chooseTheme(read());
  });
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => choice,
  );
}
