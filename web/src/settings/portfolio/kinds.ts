/** What the three lists of the portfolio are called and how they differ. */
import type { PortfolioKind } from "../../api/portfolio";
import type { IconName } from "../../ui/icons";

export interface KindWords {
  kind: PortfolioKind;
  one: string;
  many: string;
  title: string;
  help: string;
  icon: IconName;
  path: "/settings/clients" | "/settings/campaigns" | "/settings/agents";
  /** Whether an item belongs to a client: never, always, or if wanted. */
  client: "none" | "required" | "optional";
}

export const KINDS: Record<PortfolioKind, KindWords> = {
  clients: {
    kind: "clients",
    one: "client",
    many: "clients",
    title: "Clients",
    help: "Whom you work for. Spend and budgets are counted for each.",
    icon: "clients",
    path: "/settings/clients",
    client: "none",
  },
  campaigns: {
    kind: "campaigns",
    one: "campaign",
    many: "campaigns",
    title: "Campaigns",
    help: "Pieces of work for a client.",
    icon: "campaigns",
    path: "/settings/campaigns",
    client: "required",
  },
  agents: {
    kind: "agents",
    one: "agent",
    many: "agents",
    title: "Agents",
    help: "Who or what spends: an AI agent, a bot, or a person’s account.",
    icon: "agents",
    path: "/settings/agents",
    client: "optional",
  },
};
