/** The list itself, narrowed by what stands in the URL and loaded page by page. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import { portfolioListQuery, type PortfolioItem } from "../../api/portfolio";
import { DimensionChips } from "../../filters/FilterBar";
import { Button } from "../../ui/Button";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { SearchField } from "../../ui/Field";
import { QueryView } from "../../ui/QueryView";
import { SkeletonRows } from "../../ui/Skeleton";
import { portfolioColumns } from "./columns";
import type { KindWords } from "./kinds";

interface PortfolioListProps {
  words: KindWords;
  /** Absent where the person's role only reads. */
  onAdd?: () => void;
  onEdit?: (item: PortfolioItem) => void;
  onArchive?: (item: PortfolioItem) => void;
}

interface Narrowing {
  q?: string;
  archived?: boolean;
  client?: string[];
}

/** Which part of the list is wanted, as the URL has it. */
function useNarrowing() {
  const search: Narrowing = useSearch({ strict: false });
  const navigate = useNavigate();
  const narrow = (change: Narrowing) =>
    void navigate({ to: ".", search: (current) => ({ ...current, ...change }), replace: true, resetScroll: false });
  return { search, narrow };
}

export function PortfolioList({ words, onAdd, onEdit, onArchive }: PortfolioListProps) {
  const { search, narrow } = useNarrowing();
  const clients = words.client === "none" ? undefined : search.client;
  const query = useInfiniteQuery(portfolioListQuery(words.kind, { q: search.q, archived: search.archived, clients }));
  const columns = useMemo(() => portfolioColumns(words, { onEdit, onArchive }), [words, onEdit, onArchive]);
  const isNarrowed = Boolean(search.q ?? search.archived ?? clients);
  const clear = () => narrow({ q: undefined, archived: undefined, client: undefined });
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 p-3 sm:p-4">
        <SearchField
          label={`Search ${words.many}`}
          value={search.q ?? ""}
          onChange={(typed) => narrow({ q: typed || undefined })}
        />
        <label className="flex h-(--control-height) cursor-pointer items-center gap-2 px-1">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={search.archived ?? false}
            onChange={(event) => narrow({ archived: event.target.checked || undefined })}
          />
          Archived
        </label>
        {clients && <DimensionChips dimension="client" />}
      </div>
      <QueryView query={query} what={`The ${words.many}`} skeleton={<SkeletonRows count={6} />}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length > 0) {
            return (
              <DataTable
                label={words.title}
                columns={columns}
                rows={items}
                rowId={(item) => item.id}
                sortable={!query.hasNextPage}
              />
            );
          }
          return isNarrowed ? (
            <Empty icon="search" title={`No ${words.one} fits`} action={<Button onClick={clear}>Clear filters</Button>}>
              {search.q && `Searched for “${search.q}”. `}
              {search.archived ? "Only archived ones are shown." : "Archived ones are not shown."}
            </Empty>
          ) : (
            <Empty
              icon={words.icon}
              title={`No ${words.many} yet`}
              action={
                onAdd && (
                  <Button look="primary" icon="plus" onClick={onAdd}>
                    Add the first {words.one}
                  </Button>
                )
              }
            >
              {words.help}
            </Empty>
          );
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
