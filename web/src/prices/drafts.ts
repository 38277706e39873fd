/** What was typed into the forms of the price book, as the API takes it. */
import type { CategoryDraft, CategoryKind, OverrideDraft, RateDraft } from "../api/prices";
import { ApiProblem } from "../api/problem";
import { textOf } from "../ui/form";
import { beginningOf } from "./days";

/** What is wrong with each field, by its whole path, such as `rates.1.unit`. */
export function errorsByPath(error: unknown): Record<string, string> {
  if (!(error instanceof ApiProblem)) return {};
  const errors = Object.fromEntries(error.errors.map(({ path, message }) => [path, message]));
  if (error.code === "key_taken") errors.key = error.message;
  if (error.code === "rate_taken") errors.effective_from = error.message;
  return errors;
}

/** Decimal strings as people type them: with spaces or underscores between the digits. */
export function digits(typed: string): string {
  return typed.replace(/[\s_]/g, "");
}

function dated(form: FormData, name: string, timeZone: string): string | undefined {
  return beginningOf(textOf(form, name), timeZone);
}

export function readRate(form: FormData, timeZone: string): RateDraft {
  return {
    amount: digits(textOf(form, "amount")),
    per: Number(digits(textOf(form, "per"))),
    currency: textOf(form, "currency").trim().toUpperCase(),
    effective_from: dated(form, "effective_from", timeZone),
  };
}

export function readCategory(form: FormData, timeZone: string): CategoryDraft {
  const text = (name: string) => textOf(form, name).trim();
  return {
    key: text("key"),
    kind: text("kind") as CategoryKind,
    service: text("service"),
    unit: text("unit"),
    description: text("description"),
    rate_first: form.get("rate_first") !== null,
    rate: text("amount") ? readRate(form, timeZone) : null,
  };
}

export interface TypedStep {
  from: string;
  rate: string;
}

export interface TypedRate {
  id: number;
  unit: string;
  rate: string;
  per: string;
  steps: TypedStep[];
}

/** Which calls an override is for, as the form offers it. */
export const CALLS: { value: string; name: string; context: Record<string, string> }[] = [
  { value: "", name: "All calls", context: {} },
  { value: "batch", name: "Batch calls only", context: { processing: "batch" } },
  { value: "priority", name: "Calls of the priority tier only", context: { service_tier: "priority" } },
  { value: "flex", name: "Calls of the flex tier only", context: { service_tier: "flex" } },
];

export function readOverride(form: FormData, rates: TypedRate[], timeZone: string): OverrideDraft {
  const text = (name: string) => textOf(form, name).trim();
  return {
    service: text("service"),
    model: text("model") || null,
    context: CALLS.find(({ value }) => value === text("calls"))?.context ?? {},
    rates: rates.map(({ unit, rate, per, steps }) => ({
      unit: unit.trim(),
      rate: digits(rate),
      per: Number(per),
      steps: steps.map((step) => ({ from: digits(step.from), rate: digits(step.rate) })),
    })),
    discount_percent: digits(text("discount_percent")) || "0",
    currency: text("currency").toUpperCase(),
    effective_from: dated(form, "effective_from", timeZone),
    effective_until: dated(form, "effective_until", timeZone),
    note: text("note"),
  };
}
