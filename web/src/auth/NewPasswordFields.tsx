/** A new password, typed twice where it cannot be seen. */
import { TextField } from "../ui/Field";
import { textOf } from "../ui/form";

export const PASSWORD_LENGTH_MIN = 10;

/** Why the two fields cannot be sent yet, or nothing. */
export function passwordObjection(form: FormData): string | undefined {
  const password = textOf(form, "password");
  if (password.length < PASSWORD_LENGTH_MIN) return `Use at least ${PASSWORD_LENGTH_MIN} characters.`;
  if (password !== form.get("repeated")) return "The two passwords differ.";
  return undefined;
}

export function NewPasswordFields({ error }: { error?: string }) {
  return (
    <>
      <TextField
        label="New password"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        help={`At least ${PASSWORD_LENGTH_MIN} characters. A few words in a row are easy to keep in mind.`}
        error={error}
      />
      <TextField label="The same again" name="repeated" type="password" autoComplete="new-password" required />
    </>
  );
}
