/** Drop-down menus on radix, without its scroll lock, whose style sheet the content security policy forbids. */
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

import { classes } from "./classes";
import { Icon, type IconName } from "./icons";

interface MenuProps {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "end";
}

export function Menu({ trigger, children, align = "end" }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="glass z-40 max-h-(--radix-dropdown-menu-content-available-height) max-w-[calc(100vw-1rem)] min-w-48 overflow-y-auto rounded-card border border-line p-1 shadow-xl"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const ITEM =
  "flex min-h-9 w-full items-center gap-2 rounded-control px-3 text-body text-text no-underline outline-offset-[-2px] select-none coarse:min-h-11 data-disabled:text-muted data-highlighted:bg-surface-2";

interface MenuItemProps {
  icon?: IconName;
  children: ReactNode;
  onSelect?: () => void;
  disabled?: boolean;
  danger?: boolean;
  /** Renders its only child, a link, as the item. */
  asChild?: boolean;
}

export function MenuItem({ icon, children, onSelect, disabled, danger, asChild }: MenuItemProps) {
  return (
    <DropdownMenu.Item
      asChild={asChild}
      disabled={disabled}
      onSelect={onSelect}
      className={classes(ITEM, danger && "text-crit")}
    >
      {asChild ? (
        children
      ) : (
        <>
          {icon && <Icon name={icon} size={16} className="shrink-0" />}
          {children}
        </>
      )}
    </DropdownMenu.Item>
  );
}

interface MenuChoiceProps {
  label: string;
  value: string;
  options: { value: string; label: string; icon?: IconName }[];
  onChange: (value: string) => void;
}

export function MenuChoice({ label, value, options, onChange }: MenuChoiceProps) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      <MenuLabel>{label}</MenuLabel>
      {options.map((option) => (
        <DropdownMenu.RadioItem key={option.value} value={option.value} className={ITEM}>
          {option.icon && <Icon name={option.icon} size={16} className="shrink-0" />}
          <span className="min-w-0 truncate">{option.label}</span>
          <DropdownMenu.ItemIndicator className="ml-auto text-accent">
            <Icon name="check" size={16} />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-3 py-1.5 text-small text-muted">{children}</DropdownMenu.Label>;
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="mx-2 my-1 h-px bg-line" />;
}
