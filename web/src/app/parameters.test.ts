/** After sign-in a person is led to where they wanted to go, but never off this site. */
import { describe, expect, it } from "vitest";

import { ownAddress } from "./parameters";

describe("the address to go on to after sign-in", () => {
  it.each(["/", "/settings/keys", "/?client=acme&range=today"])("may be %s", (address) => {
    expect(ownAddress(address)).toBe(address);
  });

  it.each(["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "settings", "", null])(
    "may not be %s",
    (address) => {
      expect(ownAddress(address)).toBeUndefined();
    },
  );
});
