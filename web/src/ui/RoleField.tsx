/** Choosing a role, with what it may do written beneath. */
import { useMe } from "../api/session";
import type { Role } from "../api/types";
import { ROLE_WORDS } from "../api/words";
import { SelectField } from "./Field";

interface RoleFieldProps {
  roles: Role[];
  value: Role;
  onChange: (role: Role) => void;
  error?: string;
}

export function RoleField({ roles, value, onChange, error }: RoleFieldProps) {
  const { permissions } = useMe();
  // Only owners make owners; the server would refuse it.
  const offered = roles.filter(
    (role) => role !== "owner" || permissions.includes("owners.manage") || value === "owner",
  );
  return (
    <SelectField
      label="Role"
      name="role"
      value={value}
      onChange={(event) => onChange(event.target.value as Role)}
      help={ROLE_WORDS[value].can}
      error={error}
    >
      {offered.map((role) => (
        <option key={role} value={role}>
          {ROLE_WORDS[role].name}
        </option>
      ))}
    </SelectField>
  );
}
