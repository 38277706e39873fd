/** Selecting a client or an agent by name in a form. */
import { useQuery } from "@tanstack/react-query";

import { portfolioChoicesQuery } from "../api/portfolio";
import { SelectField } from "./Field";

interface ChoiceFieldProps {
  kind: "clients" | "agents";
  label: string;
  name: string;
  error?: string;
  help?: string;
  defaultValue?: string;
}

/** A required choice; the value is the item's key. */
export function ChoiceField({ kind, label, name, error, help, defaultValue }: ChoiceFieldProps) {
  const query = useQuery(portfolioChoicesQuery(kind));
  const items = query.data?.items ?? [];
  const isEmpty = query.isSuccess && items.length === 0;
  return (
    <SelectField
      // The chosen value can only be shown once its option is there.
      key={query.isSuccess ? "loaded" : "loading"}
      label={label}
      name={name}
      required
      error={error}
      help={isEmpty ? `There are no ${kind} yet; add one first.` : help}
      defaultValue={defaultValue ?? ""}
    >
      <option value="">Choose…</option>
      {items.map((item) => (
        <option key={item.id} value={item.key}>
          {item.name}
        </option>
      ))}
    </SelectField>
  );
}
