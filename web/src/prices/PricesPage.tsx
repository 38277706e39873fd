/** The price book: what things cost, what was agreed, and why a call costs what it costs. */
import { Link, useSearch } from "@tanstack/react-router";

import { Card } from "../ui/Card";
import { classes } from "../ui/classes";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { Requires } from "../ui/NoAccess";
import { Page } from "../ui/Page";
import { Calculator } from "./Calculator";
import { CategoriesPart } from "./CategoriesPart";
import { OverridesPart } from "./OverridesPart";
import { PARTS, type Part } from "./search";

const PART_WORDS: Record<Part, string> = {
  categories: "Categories",
  overrides: "Overrides",
  calculator: "What would it cost?",
};

export default function PricesPage() {
  const { part = PARTS[0] } = useSearch({ from: "/app/prices" });
  return (
    <Requires permission="prices.read" title="Price book">
      <Page
        title="Price book"
        help="Rates are dated and never overwritten: what happened before a change keeps its price."
      >
        <Parts current={part} />
        <Card className="!p-0">
          <ErrorBoundary key={part} what={PART_WORDS[part]}>
            {part === "categories" && <CategoriesPart />}
            {part === "overrides" && <OverridesPart />}
            {part === "calculator" && <Calculator />}
          </ErrorBoundary>
        </Card>
      </Page>
    </Requires>
  );
}

/** Links and no tabs, since each part has an address of its own. */
function Parts({ current }: { current: Part }) {
  return (
    <nav aria-label="Parts of the price book" className="-mx-3 overflow-x-auto px-3 sm:mx-0 sm:px-0">
      <ul className="flex gap-1 border-b border-line">
        {PARTS.map((part) => (
          <li key={part}>
            <Link
              to="/prices"
              search={{ part: part === PARTS[0] ? undefined : part }}
              aria-current={part === current ? "page" : undefined}
              className={classes(
                "-mb-px flex h-(--control-height) items-center border-b-2 px-3 whitespace-nowrap no-underline outline-offset-[-2px]",
                part === current
                  ? "border-accent font-semibold text-text"
                  : "border-transparent text-muted hover:text-text",
              )}
            >
              {PART_WORDS[part]}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
