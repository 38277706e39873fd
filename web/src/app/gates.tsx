/** The root of all addresses, and those before the door: signing in, links from e-mails, invitations. */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { NotFound, PageFailed } from "./fallbacks";
import { ownAddress, text } from "./parameters";

interface Context {
  queries: QueryClient;
}

export const root = createRootRouteWithContext<Context>()({ notFoundComponent: NotFound, errorComponent: PageFailed });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string; reason?: string } => ({
    next: ownAddress(search.next),
    reason: text(search.reason),
  }),
  component: lazyRouteComponent(() => import("../auth/SignInPage")),
});
const signInLink = createRoute({
  getParentRoute: () => root,
  path: "/sign-in/link",
  component: lazyRouteComponent(() => import("../auth/LinkPage")),
});
const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("../auth/ForgotPasswordPage")),
});
const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset",
  component: lazyRouteComponent(() => import("../auth/ResetPage")),
});
const invite = createRoute({
  getParentRoute: () => root,
  path: "/invite",
  component: lazyRouteComponent(() => import("../auth/InvitePage")),
});

export const gates = [signIn, signInLink, forgotPassword, reset, invite] as const;
