/** What would it cost? The question stands in the address, so that a colleague sees the same answer. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, type FormEvent } from "react";

import { explanationQuery } from "../api/prices";
import { ApiProblem } from "../api/problem";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { TextField } from "../ui/Field";
import { QueryView } from "../ui/QueryView";
import { SkeletonRows } from "../ui/Skeleton";
import { useTimeOptions } from "../ui/Time";
import { textOf } from "../ui/form";
import { digits, errorsByPath } from "./drafts";
import { Explained } from "./Explained";
import { questionOf, TOKEN_FIELDS, type PriceSearch, type SearchKey } from "./search";
import { UnitField } from "./UnitField";
import { usePriceSearch } from "./usePriceSearch";

export function Calculator() {
  const { search, change } = usePriceSearch();
  const { timeZone } = useTimeOptions();
  const question = questionOf(search, timeZone);
  const query = useQuery({ ...explanationQuery(question ?? { quantities: {} }), enabled: question !== undefined });
  const errors = question ? errorsByPath(query.error) : {};
  const isMistaken = query.error instanceof ApiProblem && query.error.status === 422;
  return (
    <div className="flex flex-col">
      <div className="border-b border-line p-3 sm:p-4">
        <QuestionForm search={search} errors={errors} onAsk={change} />
      </div>
      <section aria-label="Answer" aria-live="polite" className="min-w-0">
        {!question || isMistaken ? (
          <Empty icon="prices" title={isMistaken ? "This cannot be asked" : "Name a model or a category"}>
            {isMistaken ? query.error?.message : "Each line of the answer says which source, version and rule gave it."}
          </Empty>
        ) : (
          <QueryView query={query} what="The price" skeleton={<SkeletonRows count={3} />}>
            {(explanation) => <Explained explanation={explanation} />}
          </QueryView>
        )}
      </section>
    </div>
  );
}

function readSearch(form: FormData): PriceSearch {
  const text = (name: string) => textOf(form, name).trim() || undefined;
  const count = (name: string) => digits(textOf(form, name)) || undefined;
  return {
    service: text("service"),
    model: text("model"),
    category: text("category"),
    ...Object.fromEntries(TOKEN_FIELDS.map(({ key }) => [key, count(key)])),
    unit: text("unit"),
    quantity: count("quantity"),
    month: count("month"),
    batch: form.get("batch") !== null || undefined,
    day: text("day"),
  };
}

/** The fields show what the address asks, also when somebody goes back to an earlier one. */
function showAsked(form: HTMLFormElement | null, search: PriceSearch) {
  for (const field of form?.elements ?? []) {
    if (!(field instanceof HTMLInputElement)) continue;
    const asked = search[field.name as SearchKey];
    if (field.type === "checkbox") field.checked = asked === true;
    else field.value = asked?.toString() ?? "";
  }
}

interface QuestionFormProps {
  search: PriceSearch;
  errors: Record<string, string>;
  onAsk: (search: PriceSearch, options: { replace: boolean }) => void;
}

function QuestionForm({ search, errors, onAsk }: QuestionFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const { timeZone } = useTimeOptions();
  useEffect(() => showAsked(form.current, search), [search]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onAsk(readSearch(new FormData(event.currentTarget)), { replace: false });
  };
  const { unit } = search;
  const errorOf = (name: string) => errors[`quantities.${name}`];
  const errorOfMonth = Object.entries(errors).find(([path]) => path.startsWith("used."))?.[1];
  return (
    <form ref={form} aria-label="What would it cost?" noValidate onSubmit={submit} className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-4">
        <TextField label="Service" name="service" placeholder="openai" error={errors.service} />
        <TextField label="Model" name="model" placeholder="gpt-4o" error={errors.model} />
      </div>
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        {TOKEN_FIELDS.map(({ key, unit: counted, label, help }) => (
          <TextField key={key} label={label} help={help} name={key} inputMode="numeric" error={errorOf(counted)} />
        ))}
      </div>
      <details open={Boolean(search.unit ?? search.category ?? search.month ?? search.day)}>
        <summary className="flex min-h-6 w-fit items-center text-link underline coarse:min-h-11">More details</summary>
        <div className="grid gap-4 pt-3 sm:grid-cols-2">
          <div className="grid grid-cols-2 gap-4">
            <UnitField label="Another unit" name="unit" error={unit ? errorOf(`${unit}.[key]`) : undefined} />
            <TextField label="How many" name="quantity" inputMode="decimal" error={unit ? errorOf(unit) : undefined} />
          </div>
          <TextField
            label="Category"
            name="category"
            help="Its rate counts where no model’s price does."
            error={errors.category}
          />
          <TextField
            label="Of each, already used this month"
            name="month"
            inputMode="decimal"
            help="Decides the step of a price by volume."
            error={errorOfMonth}
          />
          <TextField
            label="On the day"
            name="day"
            type="date"
            help={`Its beginning (${timeZone}); now when left empty.`}
            error={errors.at}
          />
        </div>
      </details>
      <label className="flex min-h-6 cursor-pointer items-center gap-2">
        <input type="checkbox" name="batch" className="size-4 accent-accent" />
        Batch call
      </label>
      <div>
        <Button look="primary" type="submit">
          Explain
        </Button>
      </div>
    </form>
  );
}
