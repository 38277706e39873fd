/** Which keys still open a door at a given moment. */

interface Lifespan {
  expires_at: string | null;
  revoked_at: string | null;
}

export type KeyState = "active" | "expired" | "revoked";

export function keyState(key: Lifespan, now: Date): KeyState {
  if (key.revoked_at) return "revoked";
  if (key.expires_at && Date.parse(key.expires_at) <= now.getTime()) return "expired";
  return "active";
}

export function activeKeys<Key extends Lifespan>(keys: Key[], now: Date): Key[] {
  return keys.filter((key) => keyState(key, now) === "active");
}
