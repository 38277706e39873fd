/** Wires the cache, the router and the theme together. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";

import { forgetSession } from "../api/session";
import { watchTheme } from "../theme/theme";
import { Toaster } from "../ui/Toast";
import { createQueries } from "./queries";
import { createAppRouter } from "./router";

const queries = createQueries((code) => {
  const { pathname, href } = router.state.location;
  if (OPEN_PATHS.test(pathname)) return;
  forgetSession(queries);
  void router.navigate({ to: "/sign-in", search: { next: href, reason: code } });
});
const router = createAppRouter(queries);

/** Pages for people who are not signed in: an answer of 401 is no news there. */
const OPEN_PATHS = /^\/(sign-in|forgot-password|reset|invite)(\/|$)/;

watchTheme();

export function Application() {
  return (
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
      <Toaster />
    </QueryClientProvider>
  );
}
