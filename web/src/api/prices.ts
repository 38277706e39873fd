/** The price book: categories with dated rates, the workspace's own prices, and what something would cost. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { answer, api } from "./client";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

export type Category = Schemas["CategoryOut"];
export type CategoryKind = Category["kind"];
export type CategoryDraft = Schemas["CategoryIn"];
export type Rate = Schemas["RateOut"];
export type RateDraft = Schemas["RateIn"];
export type Override = Schemas["OverrideOut"];
export type OverrideDraft = Schemas["OverrideIn"];
export type Question = Schemas["ExplainIn"];
export type Explanation = Schemas["ExplainOut"];
export type PricedLine = Schemas["PricedLineOut"];

type CategoryFilter = NonNullable<paths["/api/v1/prices/categories"]["get"]["parameters"]["query"]>;
type OverrideFilter = NonNullable<paths["/api/v1/prices/overrides"]["get"]["parameters"]["query"]>;

export const categoriesQuery = (filter: Pick<CategoryFilter, "kind" | "service">) =>
  infiniteQueryOptions({
    queryKey: ["prices", "categories", filter],
    queryFn: ({ pageParam }) =>
      answer(api.GET("/api/v1/prices/categories", { params: { query: { ...filter, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });

export const categoryQuery = (name: string) =>
  queryOptions({
    queryKey: ["prices", "category", name],
    queryFn: () => answer(api.GET("/api/v1/prices/categories/{name}", { params: { path: { name } } })),
  });

export const overridesQuery = (filter: Pick<OverrideFilter, "service" | "model" | "with_ended">) =>
  infiniteQueryOptions({
    queryKey: ["prices", "overrides", filter],
    queryFn: ({ pageParam }) =>
      answer(api.GET("/api/v1/prices/overrides", { params: { query: { ...filter, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });

const NAMES_FROM_MAX = 500;

/** The services that a list can be narrowed to, by name. */
export const pricedServicesQuery = (list: "categories" | "overrides") =>
  queryOptions({
    queryKey: ["prices", "services", list],
    queryFn: async () => {
      const { items } = await (list === "categories"
        ? answer(api.GET("/api/v1/prices/categories", { params: { query: { limit: NAMES_FROM_MAX } } }))
        : answer(
            api.GET("/api/v1/prices/overrides", { params: { query: { limit: NAMES_FROM_MAX, with_ended: true } } }),
          ));
      return [...new Set(items.map((item) => item.service))].sort();
    },
  });

/** A question changes nothing, so its answer is kept like that of any list, and is asked for anew when prices change. */
export const explanationQuery = (question: Question) =>
  queryOptions({
    queryKey: ["prices", "explain", question],
    queryFn: () => answer(api.POST("/api/v1/prices/explain", { body: question })),
    placeholderData: keepPreviousData,
  });

function usePriceChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["prices"] }),
  });
}

export const useCategoryCreation = () =>
  usePriceChange((body: CategoryDraft) => answer(api.POST("/api/v1/prices/categories", { body })));

export const useRateAddition = (name: string) =>
  usePriceChange((body: RateDraft) =>
    answer(api.POST("/api/v1/prices/categories/{name}/rates", { params: { path: { name } }, body })),
  );

export const useOverrideCreation = () =>
  usePriceChange((body: OverrideDraft) => answer(api.POST("/api/v1/prices/overrides", { body })));

export const useOverrideEnd = () =>
  usePriceChange(({ id, at }: { id: string; at?: string }) =>
    answer(
      api.POST("/api/v1/prices/overrides/{override_id}/end", { params: { path: { override_id: id } }, body: { at } }),
    ),
  );
