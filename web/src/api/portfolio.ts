/** Clients, campaigns and agents: three lists that are read and changed alike. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { answer, api } from "./client";
import type { PortfolioBody, PortfolioQuery } from "./paths";
import type { Client, Page, Reference } from "./types";

export type PortfolioKind = "clients" | "campaigns" | "agents";
export type PortfolioItem = Client & { client?: Reference | null; agent_type?: string | null };

const COUNT_LIMIT = 500;

async function readPage(kind: PortfolioKind, query: PortfolioQuery): Promise<Page<PortfolioItem>> {
  if (kind === "clients") return answer(api.GET("/api/v1/clients", { params: { query } }));
  if (kind === "campaigns") return answer(api.GET("/api/v1/campaigns", { params: { query } }));
  return answer(api.GET("/api/v1/agents", { params: { query } }));
}

export const portfolioListQuery = (kind: PortfolioKind, filter: PortfolioQuery) =>
  infiniteQueryOptions({
    queryKey: [kind, "list", filter],
    queryFn: ({ pageParam }) => readPage(kind, { ...filter, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
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

export const portfolioCountQuery = (kind: PortfolioKind, filter: PortfolioQuery = {}) =>
  queryOptions({
    queryKey: [kind, "count", filter],
    queryFn: async (): Promise<Count> => {
      const page = await readPage(kind, { ...filter, limit: COUNT_LIMIT });
      return { value: page.items.length, more: page.next !== null };
    },
    placeholderData: keepPreviousData,
  });

function create(kind: PortfolioKind, body: PortfolioBody): Promise<PortfolioItem> {
  if (kind === "clients") return answer(api.POST("/api/v1/clients", { body }));
  if (kind === "campaigns") return answer(api.POST("/api/v1/campaigns", { body }));
  return answer(api.POST("/api/v1/agents", { body }));
}

function change(kind: PortfolioKind, reference: string, body: PortfolioBody): Promise<PortfolioItem> {
  const call = { params: { path: { reference } }, body };
  if (kind === "clients") return answer(api.PATCH("/api/v1/clients/{reference}", call));
  if (kind === "campaigns") return answer(api.PATCH("/api/v1/campaigns/{reference}", call));
  return answer(api.PATCH("/api/v1/agents/{reference}", call));
}

export function usePortfolioSave(kind: PortfolioKind) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id?: string; body: PortfolioBody }) =>
      id ? change(kind, id, body) : create(kind, body),
    onSuccess: () => queries.invalidateQueries({ queryKey: [kind] }),
  });
}
