/** What an audited change altered: each field with its value before and after. */

export interface Difference {
  field: string;
  before: string | null;
  after: string | null;
}

function fields(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  return { value };
}

function written(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Fields that stayed as they were are left out when there is a before and an after. */
export function differences(before: unknown, after: unknown): Difference[] {
  const [old, fresh] = [fields(before), fields(after)];
  const isChange = Object.keys(old).length > 0 && Object.keys(fresh).length > 0;
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return names
    .map((field) => ({ field, before: written(old[field]), after: written(fresh[field]) }))
    .filter((each) => (isChange ? each.before !== each.after : (each.before ?? each.after) !== null));
}
