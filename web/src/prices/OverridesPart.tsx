/** The workspace's own prices for models: those that count, those to come and, if wanted, those that have ended. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { overridesQuery, type Override } from "../api/prices";
import { usePermission } from "../api/session";
import { Button } from "../ui/Button";
import { RemovableChip } from "../ui/Chip";
import { DataTable } from "../ui/DataTable";
import { Empty } from "../ui/Empty";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { useNow } from "../ui/Time";
import { EndDialog } from "./EndDialog";
import { overrideColumns } from "./overrideColumns";
import { OverrideDetails } from "./OverrideDetails";
import { OverrideForm } from "./OverrideForm";
import { ServiceFilter } from "./ServiceFilter";
import { usePriceSearch } from "./usePriceSearch";

type Opened = { dialog: "add" } | { dialog: "details" | "end"; override: Override } | null;

export function OverridesPart() {
  const { search, change } = usePriceSearch();
  const [opened, setOpened] = useState<Opened>(null);
  const mayManage = usePermission("prices.manage");
  const close = () => setOpened(null);
  const add = () => setOpened({ dialog: "add" });
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 p-3 sm:p-4">
        <ServiceFilter list="overrides" />
        <label className="flex h-(--control-height) cursor-pointer items-center gap-2 px-1">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={search.ended ?? false}
            onChange={(event) => change({ ended: event.target.checked || undefined })}
          />
          Show ended
        </label>
        {search.model && (
          <RemovableChip label={`Model: ${search.model}`} onRemove={() => change({ model: undefined })} />
        )}
        {mayManage && (
          <Button look="primary" icon="plus" className="sm:ml-auto" onClick={add}>
            Add override
          </Button>
        )}
      </div>
      <OverrideList
        onAdd={mayManage ? add : undefined}
        onOpen={(override) => setOpened({ dialog: "details", override })}
        onEnd={mayManage ? (override) => setOpened({ dialog: "end", override }) : undefined}
      />
      {opened?.dialog === "add" && <OverrideForm onClose={close} />}
      {opened?.dialog === "details" && <OverrideDetails override={opened.override} onClose={close} />}
      {opened?.dialog === "end" && <EndDialog override={opened.override} onClose={close} />}
    </>
  );
}

interface OverrideListProps {
  /** Absent where the person's role only reads. */
  onAdd?: () => void;
  onEnd?: (override: Override) => void;
  onOpen: (override: Override) => void;
}

function OverrideList({ onAdd, onOpen, onEnd }: OverrideListProps) {
  const { search, change } = usePriceSearch();
  const { service, model, ended } = search;
  const query = useInfiniteQuery(overridesQuery({ service, model, with_ended: ended }));
  const now = useNow();
  const columns = useMemo(() => overrideColumns(now, { onOpen, onEnd }), [now, onOpen, onEnd]);
  const clear = () => change({ service: undefined, model: undefined, ended: undefined });
  return (
    <>
      <QueryView query={query} what="The overrides" skeleton={<SkeletonRows count={4} />}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length > 0) {
            return (
              <DataTable label="Overrides" columns={columns} rows={items} rowId={(one) => one.id} sortable={false} />
            );
          }
          if (service ?? model) {
            return (
              <Empty icon="search" title="No override fits" action={<Button onClick={clear}>Clear filters</Button>}>
                {!ended && "Ended ones are not shown."}
              </Empty>
            );
          }
          return <NoOverrides onAdd={onAdd} />;
        }}
      </QueryView>
      {query.hasNextPage && (
        <div className="flex justify-center border-t border-line p-3">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
    </>
  );
}

function NoOverrides({ onAdd }: { onAdd?: () => void }) {
  return (
    <Empty
      icon="prices"
      title="No override in force"
      action={
        onAdd && (
          <Button look="primary" icon="plus" onClick={onAdd}>
            Add the first override
          </Button>
        )
      }
    >
      Models cost their list price. Where you agreed on something else, such as a discount or a fixed rate, say so here.
    </Empty>
  );
}
