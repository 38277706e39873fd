/** Clients, campaigns and agents: three lists that are read and changed alike. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { answer, api } from "./client";
import type { AgentType, Client, Page, PortfolioQuery, Reference } from "./types";

export type PortfolioKind = "clients" | "campaigns" | "agents";
export type PortfolioItem = Client & { client?: Reference | null; agent_type?: AgentType | null };

/** What may be set; which of it applies is a matter of the kind. */
export interface PortfolioBody {
  key?: string;
  name?: string;
  archived?: boolean;
  client?: string | null;
  agent_type?: AgentType | null;
}

const COUNT_LIMIT = 500;

async function readPage(kind: PortfolioKind, query: PortfolioQuery): Promise<Page<PortfolioItem>> {
  if (kind === "clients") return answer(api.GET("/api/v1/clients", { params: { query } }));
  if (kind === "campaigns") return answer(api.GET("/api/v1/campaigns", { params: { query } }));
  return answer(api.GET("/api/v1/agents", { params: { query } }));
}

type PortfolioFilter = Omit<PortfolioQuery, "client" | "cursor"> & { clients?: string[] };

/** Where the list of each client goes on; a client whose list has ended is gone from it. */
type Place = { client: string | undefined; cursor?: string }[];

interface Merged {
  items: PortfolioItem[];
  next: Place;
}

/** The API narrows to one client at a time, and nothing belongs to two, so the lists of several are laid together. */
async function readMerged(kind: PortfolioKind, filter: PortfolioQuery, place: Place): Promise<Merged> {
  const pages = await Promise.all(place.map((each) => readPage(kind, { ...filter, ...each })));
  const next = pages.flatMap((page, index) => (page.next ? [{ client: place[index]?.client, cursor: page.next }] : []));
  const items = pages.flatMap((page) => page.items);
  if (place.length > 1) items.sort((a, b) => a.name.localeCompare(b.name));
  return { items, next };
}

function beginning(clients: string[] = []): Place {
  return clients.length > 0 ? clients.map((client) => ({ client })) : [{ client: undefined }];
}

export const portfolioListQuery = (kind: PortfolioKind, { clients, ...filter }: PortfolioFilter) =>
  infiniteQueryOptions({
    queryKey: [kind, "list", filter, clients],
    queryFn: ({ pageParam }) => readMerged(kind, filter, pageParam),
    initialPageParam: beginning(clients),
    getNextPageParam: (page) => (page.next.length > 0 ? page.next : undefined),
    placeholderData: keepPreviousData,
  });

/** One page of choices for a selection, found by what was typed. */
export const portfolioChoicesQuery = (kind: PortfolioKind, filter: PortfolioQuery = {}) =>
  queryOptions({
    queryKey: [kind, "choices", filter],
    queryFn: () => readPage(kind, { limit: 200, ...filter }),
    placeholderData: keepPreviousData,
  });

export interface Count {
  value: number;
  /** There are more than one page holds, so the number is a lower bound. */
  more: boolean;
}

export const portfolioCountQuery = (kind: PortfolioKind, { clients, ...filter }: PortfolioFilter = {}) =>
  queryOptions({
    queryKey: [kind, "count", filter, clients],
    queryFn: async (): Promise<Count> => {
      const { items, next } = await readMerged(kind, { ...filter, limit: COUNT_LIMIT }, beginning(clients));
      return { value: items.length, more: next.length > 0 };
    },
    placeholderData: keepPreviousData,
  });

function create(kind: PortfolioKind, { name = "", key, client, agent_type }: PortfolioBody): Promise<PortfolioItem> {
  if (kind === "clients") return answer(api.POST("/api/v1/clients", { body: { name, key } }));
  if (kind === "campaigns") return answer(api.POST("/api/v1/campaigns", { body: { name, key, client: client ?? "" } }));
  return answer(api.POST("/api/v1/agents", { body: { name, key, client, agent_type } }));
}

function change(kind: PortfolioKind, name: string, body: PortfolioBody): Promise<PortfolioItem> {
  const call = { params: { path: { name } }, body };
  if (kind === "clients") return answer(api.PATCH("/api/v1/clients/{name}", call));
  if (kind === "campaigns") return answer(api.PATCH("/api/v1/campaigns/{name}", call));
  return answer(api.PATCH("/api/v1/agents/{name}", call));
}

export function usePortfolioSave(kind: PortfolioKind) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id?: string; body: PortfolioBody }) =>
      id ? change(kind, id, body) : create(kind, body),
    onSuccess: () => queries.invalidateQueries({ queryKey: [kind] }),
  });
}
