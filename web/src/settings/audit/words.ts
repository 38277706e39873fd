/** The audit log in words: `client.archive` reads "archived the client". */
import type { AuditEntry, AuditParty } from "../../api/types";

const VERBS: Record<string, string> = {
  accept: "accepted",
  add: "added",
  archive: "archived",
  begin: "began",
  change: "changed",
  correct: "corrected",
  create: "created",
  delete: "deleted",
  end: "ended",
  invite: "invited",
  rate: "added a rate to",
  remove: "removed",
  reset: "reset",
  restore: "restored",
  revoke: "revoked",
  switch: "switched",
  update: "changed",
  void: "voided",
  withdraw: "withdrew",
};

const THINGS: Record<string, string> = {
  agent: "the agent",
  campaign: "the campaign",
  category: "the category",
  client: "the client",
  event: "the event",
  invitation: "the invitation of",
  key: "the key",
  password: "the password of",
  price_override: "the price of",
  profile: "the profile of",
  session: "a session of",
  user: "the user",
  workspace: "the workspace",
};

/** Acts of a person upon themselves, which need no target to be understood. */
const OWN_ACTS: Record<string, string> = {
  "invitation.accept": "joined",
  "password.reset": "set a new password by link",
  "profile.change": "changed their profile",
  "session.begin": "signed in",
  "session.end": "signed out",
};

export function actionWords(action: string): string {
  if (action in OWN_ACTS) return OWN_ACTS[action] ?? action;
  const [thing = "", verb = ""] = action.split(".");
  if (!(verb in VERBS)) return action;
  return `${VERBS[verb]} ${THINGS[thing] ?? thing}`;
}

/** What was done and to whom, to follow the name of who did it. */
export function actWords(entry: Pick<AuditEntry, "action" | "target">): string {
  const words = actionWords(entry.action);
  return entry.target && !(entry.action in OWN_ACTS) ? `${words} ${partyName(entry.target)}` : words;
}

export function partyName(party: AuditParty): string {
  return party.name || (party.kind === "system" ? "Outlay" : "somebody");
}

/** The groups of actions that the log can be narrowed to, each a prefix of the action's name. */
export const ACTION_GROUPS = [
  { prefix: "client.", name: "Clients" },
  { prefix: "campaign.", name: "Campaigns" },
  { prefix: "agent.", name: "Agents" },
  { prefix: "category.", name: "Price categories" },
  { prefix: "price_override.", name: "Price overrides" },
  { prefix: "event.", name: "Events" },
  { prefix: "user.", name: "Users" },
  { prefix: "invitation.", name: "Invitations" },
  { prefix: "key.", name: "API keys" },
  { prefix: "workspace.", name: "Workspace" },
  { prefix: "session.", name: "Sessions" },
  { prefix: "password.", name: "Passwords" },
  { prefix: "profile.", name: "Profiles" },
];
