/** The name of a unit: the usual ones are suggested, any other may be typed. */
import { useId, type ComponentProps } from "react";

import { TextField } from "../ui/Field";
import { COMMON_UNITS } from "./words";

export function UnitField(props: ComponentProps<typeof TextField>) {
  const id = useId();
  return (
    <>
      <TextField maxLength={64} {...props} list={id} />
      <datalist id={id}>
        {COMMON_UNITS.map((unit) => (
          <option key={unit} value={unit} />
        ))}
      </datalist>
    </>
  );
}
