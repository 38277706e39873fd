/** Who is signed in, and the way out. */
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";

import { forgetSession, useMe, useSignOut } from "../api/session";
import { asProblem } from "../api/problem";
import { roleName } from "../api/words";
import { Icon } from "../ui/icons";
import { Menu, MenuItem, MenuSeparator } from "../ui/Menu";
import { toast } from "../ui/Toast";

export function useLeave() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const signOut = useSignOut();
  return () =>
    signOut.mutate(undefined, {
      onSuccess: () => void navigate({ to: "/sign-in", search: {} }).then(() => forgetSession(queries)),
      onError: (error) => toast(asProblem(error).message),
    });
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ""]
    .map((word) => word?.charAt(0) ?? "")
    .join("")
    .toUpperCase();
}

export function UserMenu() {
  const { user, role } = useMe();
  const leave = useLeave();
  const name = user?.name || user?.email || "API key";
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={`${name}, account menu`}
          className="brand-gradient inline-flex size-(--control-height) shrink-0 items-center justify-center rounded-full text-small font-semibold"
        >
          {initials(name)}
        </button>
      }
    >
      <div className="max-w-64 px-3 py-2">
        <p className="truncate font-semibold">{name}</p>
        <p className="truncate text-small text-muted">{user?.email}</p>
        <p className="text-small text-muted">{roleName(role)}</p>
      </div>
      <MenuSeparator />
      <MenuItem asChild>
        <Link to="/settings/profile">
          <Icon name="profile" size={16} />
          Your profile
        </Link>
      </MenuItem>
      <MenuItem icon="signOut" onSelect={leave}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
