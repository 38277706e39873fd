/** The bar at the foot of a phone: four pages and a menu with all the others. */
import { Link } from "@tanstack/react-router";
import type { ComponentProps } from "react";

import { useMe } from "../api/session";
import { Icon, type IconName } from "../ui/icons";
import { Menu, MenuItem } from "../ui/Menu";
import { PHONE_PATHS, visiblePages } from "./pages";

const ITEM =
  "flex min-h-14 w-full min-w-0 flex-col items-center justify-center gap-0.5 text-axis text-muted no-underline outline-offset-[-2px]";

export function BottomBar() {
  const pages = visiblePages(useMe().permissions).flatMap((group) => group.pages);
  const direct = pages.filter((page) => PHONE_PATHS.includes(page.to));
  const others = pages.filter((page) => !PHONE_PATHS.includes(page.to));
  return (
    <nav
      aria-label="Main"
      className="glass fixed inset-x-0 bottom-0 z-30 border-t border-line pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      <ul className="flex">
        {direct.map((page) => (
          <li key={page.to} className="min-w-0 flex-1">
            <Link
              to={page.to}
              activeOptions={{ exact: page.to === "/", includeSearch: false }}
              className={ITEM}
              activeProps={{ className: "!text-accent font-semibold" }}
            >
              <Label icon={page.icon} name={page.name} />
            </Link>
          </li>
        ))}
        <li className="min-w-0 flex-1">
          <Menu trigger={<MoreButton />}>
            {others.map((page) => (
              <MenuItem key={page.to} asChild>
                <Link to={page.to}>
                  <Icon name={page.icon} size={16} />
                  {page.name}
                </Link>
              </MenuItem>
            ))}
          </Menu>
        </li>
      </ul>
    </nav>
  );
}

/** The menu hands its wiring to the button as props. */
function MoreButton(props: ComponentProps<"button">) {
  return (
    <button type="button" {...props} className={ITEM}>
      <Label icon="more" name="More" />
    </button>
  );
}

function Label({ icon, name }: { icon: IconName; name: string }) {
  return (
    <>
      <Icon name={icon} size={20} />
      <span className="max-w-full truncate px-1">{name}</span>
    </>
  );
}
