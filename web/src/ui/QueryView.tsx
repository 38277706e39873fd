/** The three states of everything that is loaded: a skeleton, the error, or the data, which a refetch never hides. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ErrorState } from "./ErrorState";

type Loadable<Data> = Pick<UseQueryResult<Data>, "data" | "error" | "isFetching" | "isError"> & {
  refetch: () => unknown;
};

interface QueryViewProps<Data> {
  query: Loadable<Data>;
  /** What is loaded, as the page calls it. */
  what: string;
  skeleton: ReactNode;
  children: (data: Data) => ReactNode;
}

export function QueryView<Data>({ query, what, skeleton, children }: QueryViewProps<Data>) {
  if (query.data === undefined) {
    if (!query.isError) return skeleton;
    return (
      <div className="px-3 py-2 sm:px-4">
        <ErrorState what={what} error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  return (
    <>
      {query.isFetching && <span aria-hidden="true" className="refetch-bar" />}
      {query.isError && (
        <p role="status" className="px-3 py-2 text-small text-warn sm:px-4">
          ◆ These are the last known values: refreshing failed.
        </p>
      )}
      {children(query.data)}
    </>
  );
}
