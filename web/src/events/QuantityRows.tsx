/** What an event counts: a unit and a number in each row. */
import { UnitField } from "../prices/UnitField";
import { Button, IconButton } from "../ui/Button";
import { TextField } from "../ui/Field";
import type { TypedQuantity } from "./draft";

interface QuantityRowsProps {
  rows: TypedQuantity[];
  onChange: (rows: TypedQuantity[]) => void;
  /** By the path that the server's answer has, such as `quantities.input_tokens`. */
  errors: Record<string, string>;
}

export function QuantityRows({ rows, onChange, errors }: QuantityRowsProps) {
  const add = () => onChange([...rows, { key: Math.max(-1, ...rows.map(({ key }) => key)) + 1, unit: "", number: "" }]);
  const replace = (key: number, next: Partial<TypedQuantity>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...next } : row)));
  const general = errors.quantities ?? elsewhere(errors, rows);
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <legend className="pb-1 text-card">Quantities</legend>
      {rows.map(({ key, unit, number }, index) => (
        <div key={key} role="group" aria-label={`Quantity ${index + 1}`} className="flex items-start gap-2">
          <div className="grid min-w-0 grow grid-cols-2 gap-3">
            <UnitField label="Unit" value={unit} onChange={(change) => replace(key, { unit: change.target.value })} />
            <TextField
              label="Number"
              inputMode="decimal"
              value={number}
              onChange={(change) => replace(key, { number: change.target.value })}
              error={unit.trim() ? errors[`quantities.${unit.trim()}`] : undefined}
            />
          </div>
          <IconButton
            icon="trash"
            label={`Remove quantity ${index + 1}`}
            onClick={() => onChange(rows.filter((row) => row.key !== key))}
            className="mt-5"
          />
        </div>
      ))}
      {general && (
        <p role="alert" className="text-small text-crit">
          {`The quantities: ${general}`}
        </p>
      )}
      <div>
        <Button icon="plus" onClick={add}>
          Add a quantity
        </Button>
      </div>
    </fieldset>
  );
}

/** A refusal of a quantity that no row names as the server does. */
function elsewhere(errors: Record<string, string>, rows: TypedQuantity[]): string | undefined {
  const units = new Set(rows.map(({ unit }) => `quantities.${unit.trim()}`));
  const path = Object.keys(errors).find((each) => each.startsWith("quantities.") && !units.has(each));
  return path && errors[path];
}
