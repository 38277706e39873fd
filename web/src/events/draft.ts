/** What was typed into the form of a correction: only what is said anew is sent. */
import type { Correction, EventContents } from "../api/events";
import { ApiProblem } from "../api/problem";
import { compare, parseDecimal } from "../format";
import { digits } from "../prices/drafts";

export interface TypedQuantity {
  /** Keeps a row's fields in place while others come and go. */
  key: number;
  unit: string;
  number: string;
}

export const REFERENCES = ["client", "campaign", "agent"] as const;
export const TEXTS = ["service", "model", "category", "operation"] as const;

export interface TypedCorrection {
  client: string;
  campaign: string;
  agent: string;
  service: string;
  model: string;
  category: string;
  operation: string;
  quantities: TypedQuantity[];
  cost: string;
  currency: string;
  success: boolean;
  reason: string;
}

/** A reported cost is what the sender said, in the currency it was said in; a found price is nobody's to type. */
export function reportedCost(contents: EventContents, currency: string): { cost: string; currency: string } {
  if (contents.price?.source !== "reported") return { cost: "", currency };
  const { conversion, original_cost, cost } = contents;
  return conversion ? { cost: original_cost ?? "", currency: conversion.currency } : { cost: cost ?? "", currency };
}

export function typedFrom(contents: EventContents, currency: string): TypedCorrection {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, contents[name] ?? ""]));
  const references = Object.fromEntries(REFERENCES.map((name) => [name, contents[name]?.key ?? ""]));
  return {
    ...(texts as Pick<TypedCorrection, (typeof TEXTS)[number]>),
    ...(references as Pick<TypedCorrection, (typeof REFERENCES)[number]>),
    quantities: Object.entries(contents.quantities).map(([unit, number], key) => ({ key, unit, number })),
    ...reportedCost(contents, currency),
    success: contents.success,
    reason: "",
  };
}

type Changes = Omit<Correction, "reason">;

/** What differs from what the form began with; `null` takes a thing away. */
export function changesIn(typed: TypedCorrection, began: TypedCorrection): Changes {
  const changes: Changes = {};
  for (const name of [...REFERENCES, ...TEXTS]) {
    const value = typed[name].trim();
    if (value !== began[name]) changes[name] = value || null;
  }
  const quantities = quantitiesOf(typed.quantities);
  if (!isSameQuantities(quantities, quantitiesOf(began.quantities))) changes.quantities = quantities;
  const [cost, currency] = [digits(typed.cost), typed.currency.trim().toUpperCase()];
  if (!isSameNumber(cost, began.cost) || (cost !== "" && currency !== began.currency)) {
    changes.cost = cost || null;
    changes.currency = cost ? currency || null : null;
  }
  if (typed.success !== began.success) changes.success = typed.success;
  return changes;
}

function quantitiesOf(rows: TypedQuantity[]): Record<string, string> {
  const told = rows.filter(({ unit, number }) => unit.trim() || number.trim());
  return Object.fromEntries(told.map(({ unit, number }) => [unit.trim(), digits(number)]));
}

function isSameQuantities(one: Record<string, string>, other: Record<string, string>): boolean {
  const units = Object.keys(one);
  return (
    units.length === Object.keys(other).length &&
    units.every((unit) => other[unit] !== undefined && isSameNumber(one[unit] ?? "", other[unit]))
  );
}

const PLAIN = /^\d{1,30}(\.\d{1,30})?$/;

function isSameNumber(one: string, other: string): boolean {
  if (one === other) return true;
  if (!PLAIN.test(one) || !PLAIN.test(other)) return false;
  const [left, right] = [parseDecimal(one), parseDecimal(other)];
  return left !== null && right !== null && compare(left, right) === 0;
}

/** The unit that is counted in two rows, of which only one could be sent. */
export function countedTwice(rows: TypedQuantity[]): string | undefined {
  const units = rows.map(({ unit }) => unit.trim()).filter(Boolean);
  return units.find((unit, index) => units.indexOf(unit) !== index);
}

/** What is wrong with which field. Some refusals name their field in the sentence only, as `client: no such client`. */
export function correctionErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiProblem)) return {};
  const named = Object.fromEntries(error.errors.map(({ path, message }) => [path.replace(/^body\./, ""), message]));
  const [, path, message] = /^([a-z_]+(?:\.[^:\s]+)?): (.+)$/s.exec(error.errors.length ? "" : error.message) ?? [];
  return path && message ? { [path]: message } : named;
}
