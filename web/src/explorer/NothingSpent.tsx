/** No group to list: because nothing came yet, or because nothing fits what is asked for. */
import { Link } from "@tanstack/react-router";

import { usePermission } from "../api/session";
import { Button, buttonLook } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { filtersInForce } from "./sentences";
import { useExplorer } from "./useExplorer";

export function NothingSpent({ hasEvents }: { hasEvents: boolean }) {
  const { whole, clear } = useExplorer();
  const mayWrite = usePermission("spend.write");
  if (!hasEvents) {
    return (
      <Empty
        icon="chart"
        title="Nothing to explore yet"
        action={
          mayWrite && (
            <Link to="/" className={buttonLook("primary")}>
              Send the first event
            </Link>
          )
        }
      >
        As soon as something that costs money is reported, it appears here by itself.
      </Empty>
    );
  }
  return (
    <Empty icon="search" title="Nothing fits" action={<Button onClick={clear}>Clear filters</Button>}>
      {filtersInForce(whole).join(" · ")}
    </Empty>
  );
}
