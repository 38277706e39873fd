/** Whom an event belongs to: one of the workspace's clients, campaigns or agents, or none. */
import { useQuery } from "@tanstack/react-query";

import { portfolioChoicesQuery, type PortfolioKind } from "../api/portfolio";
import type { Reference } from "../api/types";
import { SelectField } from "../ui/Field";

const CHOICES_MAX = 500;

interface ReferenceFieldProps {
  kind: PortfolioKind;
  label: string;
  value: string;
  onChange: (key: string) => void;
  /** What the event says now, which is offered even where the list is longer than one page. */
  current: Reference | null;
  /** Narrows campaigns to those of a client. */
  client?: string;
  error?: string;
}

export function ReferenceField({ kind, label, value, onChange, current, client, error }: ReferenceFieldProps) {
  const query = useQuery(portfolioChoicesQuery(kind, { limit: CHOICES_MAX, ...(client ? { client } : {}) }));
  const items = query.data?.items ?? [];
  const isMissing = value !== "" && value === current?.key && !items.some((item) => item.key === value);
  return (
    <SelectField
      label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      help={query.isError ? `The ${kind} could not be loaded.` : undefined}
      error={error}
    >
      <option value="">None</option>
      {isMissing && <option value={current.key}>{current.name}</option>}
      {items.map((item) => (
        <option key={item.id} value={item.key}>
          {item.name}
        </option>
      ))}
    </SelectField>
  );
}
