/** The first event as lines to paste: the same one in each language, filled with this server's address and a key. */

export const LANGUAGES = ["curl", "Python"] as const;
export type Language = (typeof LANGUAGES)[number];

export interface SnippetValues {
  origin: string;
  /** Undefined as long as nobody made a key for it. */
  secret?: string;
  /** Sending it again counts nothing, so each visit has an id of its own. */
  eventId: string;
}

const PLACEHOLDER = "ok_…";
const EVENT = {
  client: "acme",
  service: "openai",
  model: "gpt-4o-mini",
  operation: "chat",
  input_tokens: 1500,
  output_tokens: 600,
};

export function snippetOf(language: Language, values: SnippetValues): string {
  return language === "curl" ? curl(values) : python(values);
}

function curl({ origin, secret = PLACEHOLDER, eventId }: SnippetValues): string {
  const body = JSON.stringify({ id: eventId, ...EVENT }, null, 2).replaceAll("\n", "\n  ");
  return [
    `export OUTLAY_API_KEY='${secret}'`,
    `curl ${origin}/api/v1/events \\`,
    '  --header "Authorization: Bearer $OUTLAY_API_KEY" \\',
    '  --header "Content-Type: application/json" \\',
    `  --data '${body}'`,
  ].join("\n");
}

function python({ origin, secret = PLACEHOLDER }: SnippetValues): string {
  const fields = Object.entries(EVENT).map(([name, value]) => `    ${name}=${JSON.stringify(value)},`);
  return [
    "from outlay_sdk import Outlay",
    "",
    `outlay = Outlay(api_key="${secret}", base_url="${origin}")`,
    "outlay.track(",
    ...fields,
    ")",
    "outlay.flush()",
  ].join("\n");
}

/** `first-event-7f3a9c`: no secret, only unlikely to have been used before. */
export function newEventId(): string {
  const random = crypto.getRandomValues(new Uint8Array(3));
  return `first-event-${[...random].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
