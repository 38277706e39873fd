/** Reads single search parameters, which anybody may have written. */

export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Only addresses of this very site: a link must not lead a person who signs in to somewhere else. */
export function ownAddress(value: unknown): string | undefined {
  const address = text(value);
  return address && /^\/(?![/\\])/.test(address) ? address : undefined;
}
