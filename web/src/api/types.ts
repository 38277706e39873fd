/** The native API as the dashboard uses it: what each call takes and answers. */

export type Role = "owner" | "admin" | "manager" | "analyst" | "viewer" | "portal" | "agent";

export type Permission =
  | "workspace.read"
  | "workspace.manage"
  | "portfolio.read"
  | "portfolio.manage"
  | "people.read"
  | "people.manage"
  | "owners.manage"
  | "keys.manage"
  | "audit.read"
  | "spend.read"
  | "spend.write"
  | "budgets.read"
  | "budgets.manage";

export interface Reference {
  id: string;
  key: string;
  name: string;
}

export interface Workspace {
  id: string;
  name: string;
  time_zone: string;
  currency: string;
  created_at: string;
}

export interface WorkspaceMembership {
  id: string;
  name: string;
  role: string;
}

export interface Me {
  kind: "user" | "key";
  user: { id: string; name: string; email: string } | null;
  role: string;
  permissions: string[];
  client: Reference | null;
  agent: Reference | null;
  workspace: Workspace;
  workspaces: WorkspaceMembership[];
  csrf_token: string | null;
}

export interface Session {
  id: string;
  created_at: string;
  last_seen_at: string | null;
  expires_at: string;
  ip: string | null;
  user_agent: string | null;
  current: boolean;
}

export interface Client extends Reference {
  archived_at: string | null;
  created_at: string;
}

export interface Campaign extends Client {
  client: Reference;
}

export interface Agent extends Client {
  client: Reference | null;
  agent_type: string | null;
}

export interface User {
  id: string;
  name: string;
  email: string;
  role: string;
  client: Reference | null;
  joined_at: string;
  last_seen_at: string | null;
}

export interface Invitation {
  id: string;
  email: string;
  role: string;
  client: Reference | null;
  expires_at: string;
  link: string | null;
  mailed: boolean | null;
}

export interface OpenInvitation {
  email: string;
  workspace_name: string;
  role: string;
  needs_password: boolean;
}

export interface Key {
  id: string;
  name: string;
  role: string;
  prefix: string;
  scopes: string[] | null;
  client: Reference | null;
  agent: Reference | null;
  created_at: string;
  created_by: unknown;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
}

export interface CreatedKey extends Key {
  secret: string;
}

export interface AuditParty {
  kind: string;
  id: string | null;
  name: string | null;
}

export interface AuditEntry {
  seq: number;
  at: string;
  actor: AuditParty;
  action: string;
  target: AuditParty | null;
  before: unknown;
  after: unknown;
  ip: string | null;
  hash: string;
}

export interface AuditVerification {
  ok: boolean;
  entries: number;
  broken_at: number | null;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}
