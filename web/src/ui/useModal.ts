/** Opens a `<dialog>` as long as its component lives, and sees to the keyboard's focus before and after. */
import { useEffect, type RefObject } from "react";

/** The element that the focus belongs to afterwards; an item of a menu is gone by then, its menu's button is not. */
function openerOf(focused: Element | null): Element | null {
  const menu = focused?.closest('[role="menu"]');
  return menu ? document.getElementById(menu.getAttribute("aria-labelledby") ?? "") : focused;
}

export function useModal(dialog: RefObject<HTMLDialogElement | null>): void {
  useEffect(() => {
    const element = dialog.current;
    const opener = openerOf(document.activeElement);
    if (element && !element.open) element.showModal();
    element?.querySelector<HTMLElement>("input, select, textarea")?.focus();
    return () => {
      element?.close();
      // What opened the dialog may be gone, such as the button of an empty list; then the page's content is next.
      const next = opener instanceof HTMLElement && opener.isConnected ? opener : document.getElementById("main");
      next?.focus({ preventScroll: true });
    };
  }, [dialog]);
}
