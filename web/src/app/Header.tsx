/** The header: which workspace this is, the way to everything, whether the page is live, and who is signed in. */
import { openPalette } from "../palette/open";
import { LiveMarker } from "../live/LiveMarker";
import { ThemeMenu } from "../theme/ThemeMenu";
import { Icon } from "../ui/icons";
import { LogoMark } from "./Logo";
import { UserMenu } from "./UserMenu";
import { WorkspaceSwitcher } from "./WorkspaceSwitcher";

const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function Header() {
  return (
    <header className="glass sticky top-0 z-30 flex h-14 items-center gap-2 border-b border-line px-3 sm:px-4 md:px-6">
      <span className="flex max-[359px]:hidden md:hidden">
        <LogoMark />
      </span>
      <WorkspaceSwitcher />
      <div className="ml-auto flex shrink-0 items-center gap-1 sm:gap-2">
        <LiveMarker />
        <button
          type="button"
          onClick={openPalette}
          aria-label="Search and commands"
          aria-keyshortcuts="Control+K Meta+K"
          className="inline-flex h-(--control-height) min-w-(--control-height) items-center justify-center gap-2 rounded-control text-muted hover:bg-surface-2 hover:text-text lg:border lg:border-control lg:bg-surface lg:px-3"
        >
          <Icon name="search" />
          <span className="max-lg:hidden">Search</span>
          <kbd className="rounded bg-surface-2 px-1.5 font-sans text-small max-lg:hidden">
            {IS_APPLE ? "⌘K" : "Ctrl K"}
          </kbd>
        </button>
        <ThemeMenu />
        <UserMenu />
      </div>
    </header>
  );
}
