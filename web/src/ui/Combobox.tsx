/** A choice out of many, found by typing. */
import { Command } from "cmdk";
import { useId, useState } from "react";

import { classes } from "./classes";
import { Icon } from "./icons";
import { match } from "./match";
import { Popover } from "./Popover";

export interface ComboboxOption {
  value: string;
  label: string;
  /** Shown at the end of the line, and found by typing it. */
  detail?: string;
}

interface ComboboxProps {
  label: string;
  help?: string;
  value: string;
  options: ComboboxOption[];
  disabled?: boolean;
  onChange: (value: string) => void;
}

export function Combobox({ label, help, value, options, disabled, onChange }: ComboboxProps) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const chosen = options.find((option) => option.value === value);
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <span id={id} className="text-card">
        {label}
      </span>
      <Popover
        label={label}
        open={isOpen}
        onOpenChange={setOpen}
        trigger={
          <button
            type="button"
            disabled={disabled}
            aria-labelledby={`${id} ${id}-value`}
            aria-describedby={help && `${id}-help`}
            className="control-box flex w-full min-w-0 items-center gap-2 px-3"
          >
            <span id={`${id}-value`} className="min-w-0 truncate">
              {chosen?.label ?? value}
            </span>
            <span className="ml-auto shrink-0 text-small text-muted">{chosen?.detail}</span>
            <Icon name="chevronDown" size={16} className="shrink-0 text-muted" />
          </button>
        }
      >
        <Choices
          label={label}
          value={value}
          options={options}
          onChoose={(next) => {
            onChange(next);
            setOpen(false);
          }}
        />
      </Popover>
      {help && (
        <p id={`${id}-help`} className="text-small text-muted">
          {help}
        </p>
      )}
    </div>
  );
}

interface ChoicesProps {
  label: string;
  value: string;
  options: ComboboxOption[];
  onChoose: (value: string) => void;
}

function Choices({ label, value, options, onChoose }: ChoicesProps) {
  return (
    <Command label={label} defaultValue={value} filter={match}>
      <Command.Input
        placeholder={`Search ${label.toLowerCase()}`}
        className="control-box w-full px-3 text-body placeholder:text-muted"
      />
      <Command.List className="mt-2 max-h-64 overflow-y-auto">
        <Command.Empty className="py-4 text-center text-muted">Nothing found.</Command.Empty>
        {options.map((option) => (
          <Command.Item
            key={option.value}
            value={option.value}
            keywords={[option.label, option.detail ?? ""]}
            onSelect={() => onChoose(option.value)}
            className={classes(
              "flex min-h-9 cursor-pointer items-center gap-2 rounded-control px-2 coarse:min-h-11 data-[selected=true]:bg-surface-2",
              option.value === value && "font-semibold text-accent",
            )}
          >
            <span className="min-w-0 truncate">{option.label}</span>
            <span className="ml-auto shrink-0 text-small font-normal text-muted">{option.detail}</span>
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}
