/** Ctrl or Cmd and K: every page, client and action by name, without leaving the keyboard. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useRef, useState } from "react";

import { portfolioChoicesQuery } from "../api/portfolio";
import { useMe } from "../api/session";
import { visiblePages } from "../app/pages";
import { useLeave } from "../app/UserMenu";
import { readFilters } from "../filters/filters";
import { pauseLive, resumeLive, useLive } from "../live/connection";
import { chooseTheme } from "../theme/theme";
import { THEMES } from "../theme/ThemeMenu";
import { Icon, type IconName } from "../ui/icons";
import { matchNamed } from "../ui/match";
import { useModal } from "../ui/useModal";

const GROUP =
  "[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-small [&_[cmdk-group-heading]]:text-muted";

export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  useModal(dialog);
  return (
    // The browser handles Escape itself and reports it as `close`; the click only concerns the area around.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={dialog}
      aria-label="Search and commands"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
      className="glass mx-auto mt-[12dvh] w-[min(36rem,calc(100vw-2rem))] rounded-card border border-line p-0 text-text shadow-2xl backdrop:bg-(--backdrop)"
    >
      <Command label="Search and commands" loop filter={matchNamed}>
        <div className="flex items-center gap-2 border-b border-line px-4">
          <Icon name="search" className="shrink-0 text-muted" />
          <Command.Input
            value={typed}
            onValueChange={setTyped}
            placeholder="Go to a page, find a client, do something…"
            className="h-12 w-full min-w-0 bg-transparent text-body outline-none"
          />
        </div>
        <Command.List className="max-h-[50dvh] overflow-y-auto p-2">
          <Command.Empty className="py-8 text-center text-muted">Nothing is called that.</Command.Empty>
          <Pages onDone={onClose} />
          <Clients typed={typed} onDone={onClose} />
          <Actions onDone={onClose} />
        </Command.List>
      </Command>
    </dialog>
  );
}

interface ItemProps {
  icon: IconName;
  name: string;
  /** Tells entries of one name apart. */
  id: string;
  words?: string[];
  onSelect: () => void;
}

function Item({ icon, name, id, words, onSelect }: ItemProps) {
  return (
    <Command.Item
      value={id}
      keywords={[name, ...(words ?? [])]}
      onSelect={onSelect}
      className="flex min-h-10 cursor-pointer items-center gap-3 rounded-control px-3 coarse:min-h-11 data-[selected=true]:bg-surface-2"
    >
      <Icon name={icon} className="shrink-0 text-muted" />
      <span className="min-w-0 truncate">{name}</span>
    </Command.Item>
  );
}

function Pages({ onDone }: { onDone: () => void }) {
  const navigate = useNavigate();
  const groups = visiblePages(useMe().permissions);
  return (
    <Command.Group heading="Pages" className={GROUP}>
      {groups.flatMap(({ name: group, pages }) =>
        pages.map((page) => (
          <Item
            key={page.to}
            id={`page ${page.name}`}
            icon={page.icon}
            name={page.name}
            words={[group]}
            onSelect={() => {
              onDone();
              void navigate({ to: page.to });
            }}
          />
        )),
      )}
      <Item
        id="page gallery"
        icon="chart"
        name="Chart gallery"
        words={["examples"]}
        onSelect={() => {
          onDone();
          void navigate({ to: "/gallery" });
        }}
      />
    </Command.Group>
  );
}

function Clients({ typed, onDone }: { typed: string; onDone: () => void }) {
  const navigate = useNavigate();
  const query = useQuery(portfolioChoicesQuery("clients", { q: typed || undefined, limit: 8 }));
  if (!query.data?.items.length) return null;
  return (
    <Command.Group heading="Clients" className={GROUP}>
      {query.data.items.map((client) => (
        <Item
          key={client.id}
          id={`client ${client.key}`}
          icon="clients"
          name={client.name}
          words={[client.key]}
          onSelect={() => {
            onDone();
            void navigate({ to: "/", search: (current) => ({ ...readFilters({ ...current }), client: [client.key] }) });
          }}
        />
      ))}
    </Command.Group>
  );
}

function Actions({ onDone }: { onDone: () => void }) {
  const leave = useLeave();
  const { state } = useLive();
  const run = (action: () => void) => () => {
    onDone();
    action();
  };
  const isPaused = state === "paused";
  return (
    <Command.Group heading="Actions" className={GROUP}>
      {THEMES.map(({ value, label, icon }) => (
        <Item
          key={value}
          id={`theme ${value}`}
          icon={icon}
          name={`Theme: ${label}`}
          words={[`theme ${label}`, "appearance"]}
          onSelect={run(() => chooseTheme(value))}
        />
      ))}
      <Item
        id="live"
        icon={isPaused ? "play" : "pause"}
        name={isPaused ? "Resume live updates" : "Pause live updates"}
        onSelect={run(isPaused ? resumeLive : pauseLive)}
      />
      <Item id="sign out" icon="signOut" name="Sign out" words={["leave", "log out"]} onSelect={run(leave)} />
    </Command.Group>
  );
}
