/** The pages of the application, for the rail, the bottom bar and the command palette. */
import type { Permission } from "../api/types";
import type { IconName } from "../ui/icons";

export type PagePath =
  | "/"
  | "/explorer"
  | "/events"
  | "/prices"
  | "/settings/clients"
  | "/settings/campaigns"
  | "/settings/agents"
  | "/settings/users"
  | "/settings/keys"
  | "/settings/audit"
  | "/settings/workspace"
  | "/settings/profile";

export interface PageLink {
  to: PagePath;
  name: string;
  icon: IconName;
  needs?: Permission;
}

export interface PageGroup {
  name: string;
  pages: PageLink[];
}

export const PAGE_GROUPS: PageGroup[] = [
  { name: "Overview", pages: [{ to: "/", name: "Home", icon: "home" }] },
  {
    name: "Portfolio",
    pages: [
      { to: "/settings/clients", name: "Clients", icon: "clients", needs: "portfolio.read" },
      { to: "/settings/campaigns", name: "Campaigns", icon: "campaigns", needs: "portfolio.read" },
      { to: "/settings/agents", name: "Agents", icon: "agents", needs: "portfolio.read" },
    ],
  },
  {
    name: "Costs",
    pages: [
      { to: "/explorer", name: "Explorer", icon: "chart", needs: "spend.read" },
      { to: "/events", name: "Events", icon: "events", needs: "spend.read" },
      { to: "/prices", name: "Price book", icon: "prices", needs: "prices.read" },
    ],
  },
  {
    name: "Settings",
    pages: [
      { to: "/settings/workspace", name: "Workspace", icon: "workspace" },
      { to: "/settings/users", name: "Users", icon: "users", needs: "people.read" },
      { to: "/settings/keys", name: "API keys", icon: "keys", needs: "keys.manage" },
      { to: "/settings/audit", name: "Audit log", icon: "audit", needs: "audit.read" },
      { to: "/settings/profile", name: "Your profile", icon: "profile" },
    ],
  },
];

/** The four that a thumb reaches on a phone; everything else is behind "More". */
export const PHONE_PATHS: PagePath[] = ["/", "/settings/clients", "/settings/campaigns", "/settings/agents"];

export function visiblePages(permissions: string[]): PageGroup[] {
  return PAGE_GROUPS.map((group) => ({
    ...group,
    pages: group.pages.filter((page) => !page.needs || permissions.includes(page.needs)),
  })).filter((group) => group.pages.length > 0);
}
