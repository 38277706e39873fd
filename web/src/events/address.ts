/** An event's id as one part of an address. Ids may hold anything, and some characters mean something in addresses. */

const ESCAPED: Record<string, string> = { "~": "~0", ".": "~1", "/": "~2", "\\": "~3", "%": "~4" };
const MEANT = Object.fromEntries(Object.entries(ESCAPED).map(([character, written]) => [written, character]));

/** A dot would make the last part of an address a file's name, and two of them the folder above. */
export function idToPart(id: string): string {
  return id.replace(/[~./\\%]/g, (character) => ESCAPED[character] ?? character);
}

export function partToId(part: string): string {
  return part.replace(/~[0-4]/g, (written) => MEANT[written] ?? written);
}
