/** The calls of the native API in the form that openapi-fetch reads. */
import type * as t from "./types";

type BodyOf<Body> = [Body] extends [never]
  ? { requestBody?: never }
  : { requestBody: { content: { "application/json": Body } } };

type Answers<Result> = {
  responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Result } } };
};

type Call<Query, Path, Body, Result> = BodyOf<Body> &
  Answers<Result> & { parameters: { query?: Query; header?: never; path: Path; cookie?: never } };

type Unaddressed<Query, Body, Result> = BodyOf<Body> &
  Answers<Result> & { parameters: { query?: Query; header?: never; path?: never; cookie?: never } };

type Get<Result, Query = never> = Unaddressed<Query, never, Result>;
type Post<Body, Result> = Unaddressed<never, Body, Result>;
type Nothing = undefined;

export interface ListQuery {
  limit?: number;
  cursor?: string;
}
export interface PortfolioQuery extends ListQuery {
  archived?: boolean;
  q?: string;
  client?: string;
}
export interface AuditQuery extends ListQuery {
  action?: string;
  actor?: string;
  q?: string;
}
export interface PortfolioBody {
  key?: string;
  name?: string;
  archived?: boolean;
  client?: string | null;
  agent_type?: string | null;
}
interface ByReference {
  reference: string;
}
interface ById {
  id: string;
}
interface PortfolioItem<Item> {
  get: Call<never, ByReference, never, Item>;
  patch: Call<never, ByReference, PortfolioBody, Item>;
  delete: Call<never, ByReference, never, Nothing>;
}
interface PortfolioList<Item> {
  get: Get<t.Page<Item>, PortfolioQuery>;
  post: Post<PortfolioBody, Item>;
}

export interface paths {
  "/api/v1/session": {
    post: Post<{ email: string; password: string; workspace_id?: string }, t.Me>;
    delete: Unaddressed<never, never, Nothing>;
  };
  "/api/v1/session/link": { post: Post<{ token: string }, t.Me> };
  "/api/v1/session/workspace": { post: Post<{ workspace_id: string }, t.Me> };
  "/api/v1/me": {
    get: Get<t.Me>;
    patch: Post<{ name?: string; current_password?: string; new_password?: string }, t.Me>;
  };
  "/api/v1/me/sessions": { get: Get<t.Page<t.Session>> };
  "/api/v1/me/sessions/{id}": { delete: Call<never, ById, never, Nothing> };
  "/api/v1/password-reset": { post: Post<{ email: string }, Nothing> };
  "/api/v1/password-reset/confirm": { post: Post<{ token: string; password: string }, t.Me> };
  "/api/v1/invitations/open": { get: Get<t.OpenInvitation, { token: string }> };
  "/api/v1/invitations/accept": { post: Post<{ token: string; name?: string; password?: string }, t.Me> };
  "/api/v1/workspace": {
    get: Get<t.Workspace>;
    patch: Post<{ name?: string; time_zone?: string; currency?: string }, t.Workspace>;
  };
  "/api/v1/clients": PortfolioList<t.Client>;
  "/api/v1/clients/{reference}": PortfolioItem<t.Client>;
  "/api/v1/campaigns": PortfolioList<t.Campaign>;
  "/api/v1/campaigns/{reference}": PortfolioItem<t.Campaign>;
  "/api/v1/agents": PortfolioList<t.Agent>;
  "/api/v1/agents/{reference}": PortfolioItem<t.Agent>;
  "/api/v1/users": { get: Get<t.Page<t.User>, ListQuery> };
  "/api/v1/users/{id}": {
    patch: Call<never, ById, { role?: string; client?: string | null }, t.User>;
    delete: Call<never, ById, never, Nothing>;
  };
  "/api/v1/invitations": {
    get: Get<t.Page<t.Invitation>, ListQuery>;
    post: Post<{ email: string; role: string; client?: string }, t.Invitation>;
  };
  "/api/v1/invitations/{id}": { delete: Call<never, ById, never, Nothing> };
  "/api/v1/keys": {
    get: Get<t.Page<t.Key>, ListQuery>;
    post: Post<{ name: string; role: string; client?: string; agent?: string; expires_at?: string }, t.CreatedKey>;
  };
  "/api/v1/keys/{id}": { delete: Call<never, ById, never, Nothing> };
  "/api/v1/audit": { get: Get<t.Page<t.AuditEntry>, AuditQuery> };
  "/api/v1/audit/verification": { get: Get<t.AuditVerification> };
}
