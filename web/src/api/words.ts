/** What roles, permissions and kinds of agents are called on the page. */
import type { AgentType, Permission, Role } from "./types";

export const ROLE_WORDS: Record<Role, { name: string; can: string }> = {
  owner: { name: "Owner", can: "Everything, including other owners" },
  admin: { name: "Admin", can: "Everything except owners" },
  manager: { name: "Manager", can: "Clients, campaigns, agents, budgets and spend" },
  analyst: { name: "Analyst", can: "Reads and exports everything about spend" },
  viewer: { name: "Viewer", can: "Reads clients, campaigns, agents and spend, and changes nothing" },
  portal: { name: "Portal", can: "Reads one client only" },
  agent: { name: "Agent", can: "Writes and reads the spend of one agent" },
};

export const PEOPLE_ROLES: Role[] = ["owner", "admin", "manager", "analyst", "viewer", "portal"];
export const KEY_ROLES: Role[] = ["agent", "viewer", "analyst", "manager", "portal", "admin", "owner"];

export function roleName(role: string): string {
  return role in ROLE_WORDS ? ROLE_WORDS[role as Role].name : role;
}

/** Which roles carry a permission, for telling a person whom to ask; the server alone decides. */
export const ROLES_WITH: Partial<Record<Permission, Role[]>> = {
  "workspace.manage": ["owner", "admin"],
  "portfolio.manage": ["owner", "admin", "manager"],
  "spend.read": ["owner", "admin", "manager", "analyst", "viewer", "portal"],
  "prices.read": ["owner", "admin", "manager", "analyst", "viewer"],
  "prices.manage": ["owner", "admin", "manager"],
  "people.read": ["owner", "admin", "manager", "analyst"],
  "people.manage": ["owner", "admin"],
  "keys.manage": ["owner", "admin"],
  "audit.read": ["owner", "admin", "analyst"],
};

export const AGENT_TYPES: AgentType[] = [
  "CONTENT",
  "SEO",
  "EMAIL_MARKETING",
  "SOCIAL_POSTING",
  "CUSTOMER_SUPPORT",
  "AD",
  "OUTREACH",
  "TREND",
  "INSIGHT",
  "DESIGN",
  "BRAND_VOICE",
  "GOAL_PLANNER",
  "PATTERN_MINER",
  "SEGMENT_ANALYZER",
];

/** `EMAIL_MARKETING` as `Email marketing`; an abbreviation keeps its capitals. */
export function agentTypeName(type: string): string {
  if (type === "SEO") return type;
  const words = type.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
