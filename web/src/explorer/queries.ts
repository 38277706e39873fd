/** What the explorer asks: pages of groups for the table, and the course of the largest ones for the chart. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answer, api } from "../api/client";
import type { paths } from "../api/schema";
import { reachOf } from "../overview/periods";
import { readSpend, type Spend, type SpendQuery } from "../overview/spend";
import { NONE, type Dimension } from "./dimensions";
import type { Grain, GrainChoice } from "./grains";
import { COUNTED, type MeasureName } from "./measures";
import { barsOf, courseOf, memberOf, NAMED_MAX } from "./series";

export const EXPLORER = ["explorer"] as const;
const PAGE_SIZE = 50;
const BARS_MAX = 12;
/** As many as the API gives at once: seven groups in each of the buckets that can be drawn. */
const CELLS_MAX = 5000;
const CHOICES_MAX = 100;

export interface Question {
  within: SpendQuery;
  grouping: Dimension[];
  measure: MeasureName;
  sort: string;
  grain: GrainChoice;
}

/** An answer knows what it was asked, since the page may ask something else already while it is still shown. */
export interface Answered {
  question: Question;
  spend: Spend;
}

const groupsOf = ({ within, grouping, sort }: Question, limit: number, cursor?: string): Promise<Spend> =>
  readSpend({ ...within, group_by: grouping, measures: COUNTED, sort: [sort], limit, cursor });

export const groupsQuery = (workspace: string, question: Question) => {
  // The table is the same however its period is cut for the chart.
  const asked = { ...question, grain: undefined };
  return infiniteQueryOptions({
    queryKey: [...EXPLORER, "groups", workspace, asked],
    queryFn: async ({ pageParam }): Promise<Answered> => ({
      question,
      spend: await groupsOf(question, PAGE_SIZE, pageParam),
    }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ spend }) => spend.next ?? undefined,
    placeholderData: keepPreviousData,
  });
};

export const chartQuery = (workspace: string, question: Question) => {
  // The order of the table's rows is none of the chart's business.
  const asked = { ...question, sort: undefined };
  return queryOptions({
    queryKey: [...EXPLORER, "chart", workspace, asked],
    queryFn: () => readChart(question),
    placeholderData: keepPreviousData,
  });
};

async function readChart(question: Question) {
  const { within, grouping, measure, grain } = question;
  const dimension = grouping[0] as Dimension;
  const largest = { ...question, grouping: [dimension], sort: `-${measure}` };
  if (grain === "none") {
    const spend = await groupsOf(largest, BARS_MAX);
    const restCount = spend.group_count - spend.groups.length;
    const named = spend.groups.map((group) => memberOf(group, dimension));
    return { question, spend, dimension, named, restCount, course: null };
  }
  const alone = { ...within, compare: undefined };
  const top = await groupsOf({ ...largest, within }, NAMED_MAX);
  const named = top.groups.map((group) => memberOf(group, dimension));
  const inBuckets = { grain, limit: CELLS_MAX, measures: COUNTED };
  const values = named.map(({ value }) => value ?? NONE);
  const [cells, totals] = await Promise.all([
    named.length > 0 ? readSpend({ ...alone, ...inBuckets, group_by: [dimension], [dimension]: values }) : null,
    readSpend({ ...within, ...inBuckets }),
  ]);
  const restCount = top.group_count - named.length;
  const isHour = grain === "hour";
  const reach = reachOf(totals.buckets, isHour ? "hour" : "day", new Date(), totals.time_zone);
  const course = {
    grain: grain satisfies Grain,
    buckets: totals.buckets,
    openFrom: reach.openFrom,
    ...courseOf({
      dimension,
      measure,
      buckets: totals.buckets.map(({ start }) => start),
      named,
      cells: cells?.groups ?? [],
      totals: totals.groups,
      restCount,
      futureFrom: reach.futureFrom,
    }),
  };
  return { question, spend: top, dimension, named, restCount, course };
}

export type ChartData = Awaited<ReturnType<typeof readChart>>;

export function barsOfChart({ question, spend, dimension, restCount }: ChartData, total: string | null) {
  const { measure } = question;
  const isCompared = spend.compared_with !== null;
  return barsOf({ dimension, measure, groups: spend.groups, total, restCount, isCompared });
}

export const valuesQuery = (dimension: Dimension, q: string) =>
  queryOptions({
    queryKey: [...EXPLORER, "values", dimension, q],
    queryFn: () =>
      answer(
        api.GET("/api/v1/spend/values", { params: { query: { dimension, limit: CHOICES_MAX, q: q || undefined } } }),
      ),
    placeholderData: keepPreviousData,
  });

/** The labels by which the workspace can group its spend. */
export const labelsQuery = queryOptions({
  queryKey: ["workspace", "labels"],
  queryFn: async () => (await answer(api.GET("/api/v1/ledger"))).tracked_labels,
  staleTime: 300_000,
});

export type FileFormat = "csv" | "xlsx";
type Asked = paths["/api/v1/spend/export"]["get"]["parameters"]["query"];

/** The whole view as a file: all rows of the table, or with a grain the same for each bucket. */
export async function readFile(question: Question, format: FileFormat, grain?: Grain): Promise<SpendFile> {
  const { within, grouping, sort } = question;
  const asked = { ...within, group_by: grouping, grain, sort: grain ? ["bucket", sort] : [sort] };
  const lists = Object.entries(asked).map(([name, value]) => [Array.isArray(value) ? `${name}[]` : name, value]);
  const query = { ...Object.fromEntries(lists), format, bom: format === "csv" } as Asked;
  const { data, response } = await api.GET("/api/v1/spend/export", { params: { query }, parseAs: "blob" });
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  return { name: name ?? `spend.${format}`, content: data as Blob };
}

export interface SpendFile {
  name: string;
  content: Blob;
}
