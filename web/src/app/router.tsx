/** Every address of the application. Pages are loaded when they are first needed. */
import type { QueryClient } from "@tanstack/react-query";
import { createRoute, createRouter, lazyRouteComponent, redirect, retainSearchParams } from "@tanstack/react-router";

import { isSignedOut } from "../api/problem";
import { meQuery } from "../api/session";
import { readEventSearch, type EventSearch } from "../events/search";
import { readExplorerSearch, type ExplorerSearch } from "../explorer/search";
import {
  FILTER_CONTROLS,
  parseSearch,
  readFilters,
  stringifySearch,
  type FilterControl,
  type Filters,
} from "../filters/filters";
import { readPriceSearch, type PriceSearch } from "../prices/search";
import { SkeletonPage } from "../ui/Skeleton";
import { NotFound, PageFailed, UnknownPage } from "./fallbacks";
import { gates, root } from "./gates";
import { text } from "./parameters";
import { Shell } from "./Shell";

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  validateSearch: (search: Record<string, unknown>): Filters => readFilters(search),
  search: {
    middlewares: [retainSearchParams(["range", "from", "to", "compare", "client", "campaign", "agent"])],
  },
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queries.ensureQueryData(meQuery);
    } catch (error) {
      if (!isSignedOut(error)) throw error;
      const next = location.href === "/" ? undefined : location.href;
      throw redirect({ to: "/sign-in", search: { next } });
    }
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => app,
  path: "/",
  staticData: { filters: ["client"] },
  component: lazyRouteComponent(() => import("../home/HomePage")),
});

export interface ListSearch {
  q?: string;
  archived?: boolean;
}
const listSearch = (search: Record<string, unknown>): ListSearch => ({
  q: text(search.q),
  archived: String(search.archived) === "true" ? true : undefined,
});

const clients = createRoute({
  getParentRoute: () => app,
  path: "/settings/clients",
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import("../settings/portfolio/pages"), "ClientsPage"),
});
const campaigns = createRoute({
  getParentRoute: () => app,
  path: "/settings/campaigns",
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import("../settings/portfolio/pages"), "CampaignsPage"),
});
const agents = createRoute({
  getParentRoute: () => app,
  path: "/settings/agents",
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import("../settings/portfolio/pages"), "AgentsPage"),
});
const explorer = createRoute({
  getParentRoute: () => app,
  path: "/explorer",
  validateSearch: (search: Record<string, unknown>): ExplorerSearch => readExplorerSearch(search),
  staticData: { filters: FILTER_CONTROLS },
  component: lazyRouteComponent(() => import("../explorer/ExplorerPage")),
});
const events = createRoute({
  getParentRoute: () => app,
  path: "/events",
  validateSearch: (search: Record<string, unknown>): EventSearch => readEventSearch(search),
  staticData: { filters: ["range", "client", "campaign", "agent"] },
  component: lazyRouteComponent(() => import("../events/EventsPage")),
});
const event = createRoute({
  getParentRoute: () => app,
  path: "/events/$id",
  validateSearch: (search: Record<string, unknown>): { source?: string } => ({ source: text(search.source) }),
  component: lazyRouteComponent(() => import("../events/EventPage")),
});
const prices = createRoute({
  getParentRoute: () => app,
  path: "/prices",
  validateSearch: (search: Record<string, unknown>): PriceSearch => readPriceSearch(search),
  component: lazyRouteComponent(() => import("../prices/PricesPage")),
});
const users = createRoute({
  getParentRoute: () => app,
  path: "/settings/users",
  component: lazyRouteComponent(() => import("../settings/users/UsersPage")),
});
const keys = createRoute({
  getParentRoute: () => app,
  path: "/settings/keys",
  component: lazyRouteComponent(() => import("../settings/keys/KeysPage")),
});
const audit = createRoute({
  getParentRoute: () => app,
  path: "/settings/audit",
  validateSearch: (search: Record<string, unknown>): { action?: string; q?: string } => ({
    action: text(search.action),
    q: text(search.q),
  }),
  component: lazyRouteComponent(() => import("../settings/audit/AuditPage")),
});
const workspace = createRoute({
  getParentRoute: () => app,
  path: "/settings/workspace",
  component: lazyRouteComponent(() => import("../settings/workspace/WorkspacePage")),
});
const profile = createRoute({
  getParentRoute: () => app,
  path: "/settings/profile",
  component: lazyRouteComponent(() => import("../settings/profile/ProfilePage")),
});

/** Every chart with made-up figures, for building and for the browser tests; only the command palette leads there. */
const gallery = createRoute({
  getParentRoute: () => app,
  path: "/gallery",
  staticData: { filters: FILTER_CONTROLS },
  component: lazyRouteComponent(() => import("../gallery/GalleryPage")),
});
const unknown = createRoute({ getParentRoute: () => app, path: "$", component: UnknownPage });

const tree = root.addChildren([
  ...gates,
  app.addChildren([
    home,
    clients,
    campaigns,
    agents,
    explorer,
    events,
    event,
    prices,
    users,
    keys,
    audit,
    workspace,
    profile,
    gallery,
    unknown,
  ]),
]);

export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    defaultPendingMs: 150,
    defaultPendingMinMs: 0,
    defaultPendingComponent: SkeletonPage,
    defaultErrorComponent: PageFailed,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
  interface StaticDataRouteOption {
    /** The filters that have an effect on the page; the filter bar above it offers these. */
    filters?: readonly FilterControl[];
  }
}
