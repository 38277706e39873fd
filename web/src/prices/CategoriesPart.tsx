/** The categories: their kind, service, unit and rate; each opens to show the history of its rates. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { categoriesQuery, type CategoryKind } from "../api/prices";
import { usePermission } from "../api/session";
import { Button } from "../ui/Button";
import { DataTable } from "../ui/DataTable";
import { Empty } from "../ui/Empty";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { useNow } from "../ui/Time";
import { CategoryDialog } from "./CategoryDialog";
import { categoryColumns } from "./categoryColumns";
import { CategoryForm } from "./CategoryForm";
import { ServiceFilter } from "./ServiceFilter";
import { usePriceSearch } from "./usePriceSearch";
import { KIND_WORDS, KINDS } from "./words";

export function CategoriesPart() {
  const { search, change } = usePriceSearch();
  const [isAdding, setAdding] = useState(false);
  const mayManage = usePermission("prices.manage");
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 p-3 sm:p-4">
        <ServiceFilter list="categories" />
        <select
          aria-label="Kind"
          value={search.kind ?? ""}
          onChange={(event) => change({ kind: (event.target.value as CategoryKind) || undefined })}
          className="control-box px-2"
        >
          <option value="">All kinds</option>
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {KIND_WORDS[kind]}
            </option>
          ))}
        </select>
        {mayManage && (
          <Button look="primary" icon="plus" className="sm:ml-auto" onClick={() => setAdding(true)}>
            Add category
          </Button>
        )}
      </div>
      <CategoryList />
      {isAdding && <CategoryForm onClose={() => setAdding(false)} />}
      {search.category && (
        <CategoryDialog name={search.category} onClose={() => change({ category: undefined }, { replace: false })} />
      )}
    </>
  );
}

function CategoryList() {
  const { search, change } = usePriceSearch();
  const { kind, service } = search;
  const query = useInfiniteQuery(categoriesQuery({ kind, service }));
  const now = useNow();
  const columns = useMemo(() => categoryColumns(now), [now]);
  const clear = () => change({ kind: undefined, service: undefined });
  return (
    <>
      <QueryView query={query} what="The categories" skeleton={<SkeletonRows count={6} />}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length > 0) {
            return (
              <DataTable
                label="Categories"
                columns={columns}
                rows={items}
                rowId={(item) => item.id}
                sortable={!query.hasNextPage}
              />
            );
          }
          return (
            <Empty icon="search" title="No category fits" action={<Button onClick={clear}>Clear filters</Button>}>
              {service && `Only the service ${service} is shown. `}
              {kind && `Only the kind ${KIND_WORDS[kind]} is shown.`}
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
