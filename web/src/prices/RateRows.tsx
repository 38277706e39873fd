/** The fixed rates of an override, each with its steps by what was used in the month. */
import { Button, IconButton } from "../ui/Button";
import { SelectField, TextField } from "../ui/Field";
import type { TypedRate, TypedStep } from "./drafts";
import { UnitField } from "./UnitField";
import { perText } from "./words";

const PERS = [1, 1000, 1_000_000];

interface RateRowsProps {
  rates: TypedRate[];
  onChange: (rates: TypedRate[]) => void;
  /** By the path that the server's answer has, such as `rates.0.unit`. */
  errors: Record<string, string>;
}

export function RateRows({ rates, onChange, errors }: RateRowsProps) {
  const add = () => {
    const id = Math.max(0, ...rates.map((rate) => rate.id)) + 1;
    onChange([...rates, { id, unit: "", rate: "", per: "1000000", steps: [] }]);
  };
  const replace = (changed: TypedRate) => onChange(rates.map((rate) => (rate.id === changed.id ? changed : rate)));
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <legend className="pb-1 text-card">Fixed rates</legend>
      {rates.map((rate, index) => (
        <RateRow
          key={rate.id}
          number={index + 1}
          rate={rate}
          onChange={replace}
          onRemove={() => onChange(rates.filter(({ id }) => id !== rate.id))}
          error={(path) => errors[`rates.${index}.${path}`]}
        />
      ))}
      {errors.rates && (
        <p role="alert" className="text-small text-crit">
          {`The rates ${errors.rates}.`}
        </p>
      )}
      <div>
        <Button icon="plus" onClick={add}>
          Add a fixed rate
        </Button>
      </div>
    </fieldset>
  );
}

interface RateRowProps {
  number: number;
  rate: TypedRate;
  onChange: (rate: TypedRate) => void;
  onRemove: () => void;
  error: (path: string) => string | undefined;
}

function RateRow({ number, rate, onChange, onRemove, error }: RateRowProps) {
  const addStep = () => onChange({ ...rate, steps: [...rate.steps, { from: "", rate: "" }] });
  const replaceStep = (place: number, step: TypedStep) =>
    onChange({ ...rate, steps: rate.steps.map((each, index) => (index === place ? step : each)) });
  return (
    <div
      role="group"
      aria-label={`Fixed rate ${number}`}
      className="flex flex-col gap-3 rounded-control border border-line p-3"
    >
      <div className="flex items-start gap-2">
        <div className="min-w-0 grow">
          <UnitField
            label="Unit"
            value={rate.unit}
            onChange={(event) => onChange({ ...rate, unit: event.target.value })}
            error={error("unit")}
          />
        </div>
        <IconButton icon="trash" label={`Remove fixed rate ${number}`} onClick={onRemove} className="mt-5" />
      </div>
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label="Rate"
          inputMode="decimal"
          value={rate.rate}
          onChange={(event) => onChange({ ...rate, rate: event.target.value })}
          error={error("rate")}
        />
        <SelectField
          label="Per"
          value={rate.per}
          onChange={(event) => onChange({ ...rate, per: event.target.value })}
          error={error("per")}
        >
          {PERS.map((per) => (
            <option key={per} value={per}>
              {perText(per, navigator.language)}
            </option>
          ))}
        </SelectField>
      </div>
      {rate.steps.map((step, index) => (
        <StepRow
          key={index}
          number={index + 1}
          step={step}
          onChange={(changed) => replaceStep(index, changed)}
          onRemove={() => onChange({ ...rate, steps: rate.steps.filter((_, place) => place !== index) })}
          error={(path) => error(`steps.${index}.${path}`)}
        />
      ))}
      {error("steps") && (
        <p role="alert" className="text-small text-crit">
          {`The steps ${error("steps")}.`}
        </p>
      )}
      <div>
        <Button look="quiet" icon="plus" onClick={addStep}>
          Add a step by monthly volume
        </Button>
      </div>
    </div>
  );
}

interface StepRowProps {
  number: number;
  step: TypedStep;
  onChange: (step: TypedStep) => void;
  onRemove: () => void;
  error: (path: string) => string | undefined;
}

function StepRow({ number, step, onChange, onRemove, error }: StepRowProps) {
  return (
    <div role="group" aria-label={`Step ${number}`} className="flex items-start gap-2">
      <div className="grid min-w-0 grow grid-cols-2 gap-3">
        <TextField
          label="From, in a month"
          inputMode="decimal"
          value={step.from}
          onChange={(event) => onChange({ ...step, from: event.target.value })}
          error={error("from")}
        />
        <TextField
          label="Rate from there"
          inputMode="decimal"
          value={step.rate}
          onChange={(event) => onChange({ ...step, rate: event.target.value })}
          error={error("rate")}
        />
      </div>
      <IconButton icon="trash" label={`Remove step ${number}`} onClick={onRemove} className="mt-5" />
    </div>
  );
}
