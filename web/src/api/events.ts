/** Stored events: pages of them, one with its price explained, and what corrects them. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
} from "@tanstack/react-query";

import { answer, api } from "./client";
import type { components, paths } from "./schema";
import type { Page } from "./types";

type Schemas = components["schemas"];

export type SpendEvent = Schemas["EventOut"];
export type EventContents = Schemas["ContentsOut"];
export type EventChange = Schemas["ChangeOut"];
export type EventPrice = Schemas["PriceOut"];
export type PriceLine = Schemas["LineOut"];
export type Correction = Schemas["Correction"];
export type EventQuery = Omit<
  NonNullable<paths["/api/v1/events"]["get"]["parameters"]["query"]>,
  "cursor" | "limit" | "source"
>;

/** An event is named by its sender and the id together. */
export interface EventName {
  id: string;
  source: string;
}

const PAGE_SIZE = 100;
const NAMES_FROM = 200;
/** No event is older, which makes it the way to say "ever". */
const EARLIEST = "2000-01-01";
const DAY_MS = 86_400_000;

const list = (query: EventQuery & { limit: number; cursor?: string }) =>
  answer(api.GET("/api/v1/events", { params: { query } }));

type Pages = InfiniteData<Page<SpendEvent>, string | undefined>;

const listKey = (workspace: string, query: EventQuery) => ["events", "list", workspace, query] as const;

/** The list holds still while it is read: nothing renews it but the reader, who is told what is new. */
export const eventListQuery = (workspace: string, query: EventQuery) =>
  infiniteQueryOptions({
    queryKey: listKey(workspace, query),
    queryFn: ({ pageParam }) => list({ ...query, limit: PAGE_SIZE, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: "static",
  });

/** The first page of the same list as it is now. */
export const eventHeadQuery = (workspace: string, query: EventQuery) =>
  queryOptions({
    queryKey: ["events", "head", workspace, query],
    queryFn: () => list({ ...query, limit: PAGE_SIZE }),
  });

/** Makes a list begin with its first page as it is now; what was loaded beyond it can be loaded again. */
export function adoptHead(queries: QueryClient, workspace: string, query: EventQuery, head: Page<SpendEvent>): void {
  queries.setQueryData<Pages>(listKey(workspace, query), { pages: [head], pageParams: [undefined] });
}

export const eventQuery = (id: string, source?: string) =>
  queryOptions({
    queryKey: ["usage", "event", id, source],
    queryFn: () =>
      answer(api.GET("/api/v1/events/{event_id}", { params: { path: { event_id: id }, query: { source } } })),
  });

/** The latest event of all times: whether there is any, and where a list that shows nothing could look. */
export const latestEventQuery = queryOptions({
  queryKey: ["usage", "latest event"],
  queryFn: async () => (await list({ start: EARLIEST, limit: 1 })).items[0] ?? null,
});

/** Which services and models there are to choose from, as far as the latest events tell. */
export const eventNamesQuery = (within: Pick<EventQuery, "start" | "end">) =>
  queryOptions({
    queryKey: ["events", "names", within],
    queryFn: async () => {
      const { items } = await list({ ...within, limit: NAMES_FROM });
      const distinct = (name: "service" | "model") =>
        [...new Set(items.flatMap((one) => one.first[name] ?? []))].sort((a, b) => a.localeCompare(b));
      return { service: distinct("service"), model: distinct("model") };
    },
    placeholderData: keepPreviousData,
  });

/** The events of one operation, which all happen within a day of each other. */
export const operationQuery = (operation: string, time: string) =>
  queryOptions({
    queryKey: ["usage", "operation", operation, time],
    queryFn: async () => {
      const at = Date.parse(time);
      const within = {
        start: new Date(at - DAY_MS).toISOString(),
        end: new Date(at + DAY_MS).toISOString(),
      };
      const { items, next } = await list({ ...within, q: operation, limit: PAGE_SIZE });
      return { items: items.filter((one) => one.operation_id === operation), next };
    },
  });

export const isSame = (one: EventName, other: EventName) => one.id === other.id && one.source === other.source;

function useEventChange<Input>({ id, source }: EventName, change: (input: Input) => Promise<SpendEvent>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (changed) => {
      queries.setQueriesData<SpendEvent>({ queryKey: ["usage", "event", id] }, (known) =>
        known && known.source === source ? changed : known,
      );
      // Lists hold still, so the one row that is another now is put in its place.
      queries.setQueriesData<Pages>({ queryKey: ["events", "list"] }, (known) => known && replaced(known, changed));
      void queries.invalidateQueries({ queryKey: ["usage"] });
      void queries.invalidateQueries({ queryKey: ["events", "head"] });
    },
  });
}

function replaced({ pages, pageParams }: Pages, changed: SpendEvent): Pages {
  const renewed = pages.map((page) => ({
    ...page,
    items: page.items.map((one) => (isSame(one, changed) ? changed : one)),
  }));
  return { pages: renewed, pageParams };
}

const place = ({ id, source }: EventName) => ({ path: { event_id: id }, query: { source } });

export const useVoid = (event: EventName) =>
  useEventChange(event, (body: { reason: string }) =>
    answer(api.POST("/api/v1/events/{event_id}/void", { params: place(event), body })),
  );

export const useCorrection = (event: EventName) =>
  useEventChange(event, (body: Correction) =>
    answer(api.POST("/api/v1/events/{event_id}/correct", { params: place(event), body })),
  );
