/** Form fields: a label, the control, help, and what is wrong, tied together for assistive technology. */
import { useId, type ComponentProps, type ReactNode } from "react";

import { classes } from "./classes";
import { Icon } from "./icons";

interface Frame {
  label: string;
  help?: ReactNode;
  error?: string;
}

interface Wiring {
  id: string;
  "aria-invalid": true | undefined;
  "aria-describedby": string | undefined;
}

export function Field({ label, help, error, children }: Frame & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-card">
        {label}
      </label>
      {children({ id, "aria-invalid": error ? true : undefined, "aria-describedby": described || undefined })}
      {help && (
        <div id={`${id}-help`} className="text-small text-muted">
          {help}
        </div>
      )}
      {error && (
        <p id={`${id}-error`} className="flex items-center gap-1 text-small text-crit">
          <Icon name="alert" size={14} className="shrink-0" />
          {error}
        </p>
      )}
    </div>
  );
}

const BOX = "control-box w-full min-w-0 px-3 text-body aria-invalid:border-crit";

type InputProps = Frame & Omit<ComponentProps<"input">, "id">;

export function TextField({ label, help, error, className, ...rest }: InputProps) {
  return (
    <Field label={label} help={help} error={error}>
      {(wiring) => <input type="text" autoComplete="off" {...rest} {...wiring} className={classes(BOX, className)} />}
    </Field>
  );
}

type SelectProps = Frame & Omit<ComponentProps<"select">, "id">;

export function SelectField({ label, help, error, className, children, ...rest }: SelectProps) {
  return (
    <Field label={label} help={help} error={error}>
      {(wiring) => (
        <select {...rest} {...wiring} className={classes(BOX, className)}>
          {children}
        </select>
      )}
    </Field>
  );
}

interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function SearchField({ label, value, onChange }: SearchFieldProps) {
  return (
    <div className="relative w-full min-w-0 sm:w-64">
      <Icon
        name="search"
        size={16}
        className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-muted"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={classes(BOX, "pl-9")}
      />
    </div>
  );
}
