/** The token of a link stands behind the `#`, which browsers send to no server and write into no log. */
import { useState } from "react";

/** Reads the token once and removes it from the address, so that it stays in no history. */
export function useFragmentToken(): string | null {
  const [token] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get("token"));
  if (token && window.location.hash) window.history.replaceState(window.history.state, "", window.location.pathname);
  return token;
}
