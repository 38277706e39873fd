/** Short names for what the native API takes and answers; the types themselves are made from its description. */
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

export type Role = Schemas["Role"];
export type Permission = Schemas["Permission"];
export type AgentType = Schemas["AgentType"];
export type Reference = Schemas["ReferenceOut"];
export type Workspace = Schemas["WorkspaceOut"];
export type Me = Schemas["Me"];
export type ProfileChange = Schemas["ProfileChange"];
export type Session = Schemas["SessionOut"];
export type Client = Schemas["ClientOut"];
export type Campaign = Schemas["CampaignOut"];
export type Agent = Schemas["AgentOut"];
export type User = Schemas["UserOut"];
export type Invitation = Schemas["InvitationOut"];
export type NewInvitation = Schemas["NewInvitation"];
export type OpenInvitation = Schemas["OpenInvitation"];
export type Key = Schemas["KeyOut"];
export type NewKey = Schemas["NewKey"];
export type KeyDraft = Schemas["KeyIn"];
export type AuditEntry = Schemas["AuditEntryOut"];
export type AuditParty = Schemas["AuditParty"];

export interface Page<Item> {
  items: Item[];
  next?: string | null;
}

type QueryOf<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Query } } }
  ? NonNullable<Query>
  : never;

export type PortfolioQuery = QueryOf<"/api/v1/agents">;
export type AuditQuery = QueryOf<"/api/v1/audit">;
