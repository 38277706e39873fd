/** The money table of the design, row by row, with its edges. */
import { describe, expect, it } from "vitest";

import { columnMoney, currencyDigits, formatMoney, splitMoney, spokenMoney, type MoneyOptions } from "./money";

const dollars: MoneyOptions = { locale: "en-US", currency: "USD" };
const unit: MoneyOptions = { ...dollars, kind: "unit" };

describe("a total in dollars", () => {
  it.each([
    ["0", "$0.00"],
    ["0.000000000000", "$0.00"],
    ["-0.00", "$0.00"],
    ["0E-12", "$0.00"],
    ["4.4", "$4.40"],
    ["1204.18", "$1,204.18"],
    ["0.01", "$0.01"],
    ["0.10", "$0.10"],
    ["999999.99", "$999,999.99"],
    ["-1204.18", "-$1,204.18"],
    ["+5", "$5.00"],
  ])("writes %s as %s", (amount, shown) => {
    expect(formatMoney(amount, dollars)).toBe(shown);
  });

  it.each([
    ["0.125", "$0.12"],
    ["0.135", "$0.14"],
    ["2.345", "$2.34"],
    ["2.355", "$2.36"],
    ["2.3450000000001", "$2.35"],
    ["-2.345", "-$2.34"],
    ["1.005", "$1.00"],
    ["1.015", "$1.02"],
    ["9007199254740993.005", "$9,007,199,254,740,993.00"],
    ["9007199254740993.015", "$9,007,199,254,740,993.02"],
  ])("rounds %s half-even to %s, on the decimal string", (amount, shown) => {
    expect(formatMoney(amount, { ...dollars, compact: false })).toBe(shown);
  });
});

describe("tiny money", () => {
  it.each([
    ["0.000034", "$0.000034"],
    ["0.00345", "$0.00345"],
    ["0.003455", "$0.00346"],
    ["0.003445", "$0.00344"],
    ["0.005", "$0.0050"],
    ["0.000001", "$0.0000010"],
    ["3.4E-5", "$0.000034"],
    ["-0.000034", "-$0.000034"],
    ["0.00999", "$0.00999"],
  ])("writes %s with two or three significant digits: %s", (amount, shown) => {
    expect(formatMoney(amount, dollars)).toBe(shown);
  });

  it.each([
    ["0.000000999", "<$0.000001"],
    ["0.000000000001", "<$0.000001"],
    ["1E-12", "<$0.000001"],
    ["-0.0000004", ">-$0.000001"],
  ])("writes %s, which is nearer to zero than the floor, as %s", (amount, shown) => {
    expect(formatMoney(amount, dollars)).toBe(shown);
  });

  it("chooses the row by the rounded value", () => {
    expect(formatMoney("0.0099951", dollars)).toBe("$0.01");
    expect(formatMoney("0.009994", dollars)).toBe("$0.00999");
    expect(formatMoney("0.0000009996", dollars)).toBe("$0.0000010");
  });

  it("never prints a non-zero amount as zero, at any size and in any currency", () => {
    for (const currency of ["USD", "JPY", "KWD", "EUR"]) {
      for (let power = -15; power <= 15; power += 1) {
        for (const figure of ["1", "4", "4.9", "5", "9.99"]) {
          const shown = formatMoney(`${figure}E${power}`, { locale: "en-US", currency });
          expect(shown, `${figure}E${power} ${currency}`).toMatch(/[1-9]/);
        }
      }
    }
  });
});

describe("a million and more", () => {
  it.each([
    ["1000000", "$1M"],
    ["999999.999", "$1M"],
    ["999999.994", "$999,999.99"],
    ["999999.995", "$1M"],
    ["1234567.89", "$1.23M"],
    ["1225000", "$1.22M"],
    ["1235000", "$1.24M"],
    ["999999999.999", "$1B"],
    ["12345678901", "$12.35B"],
    ["-1234567.89", "-$1.23M"],
    ["1E15", "$1,000T"],
  ])("writes %s compactly: %s", (amount, shown) => {
    expect(formatMoney(amount, dollars)).toBe(shown);
  });

  it("writes the amount in full where a table asks for it", () => {
    expect(formatMoney("1234567.89", { ...dollars, compact: false })).toBe("$1,234,567.89");
  });
});

describe("a unit price", () => {
  it.each([
    ["0.0384", "$0.0384"],
    ["12.5", "$12.50"],
    ["12.345", "$12.345"],
    ["0.03845", "$0.0384"],
    ["0.03855", "$0.0386"],
    ["999.99994", "$999.9999"],
    ["999.99996", "$1,000.00"],
    ["1000.1234", "$1,000.12"],
    ["0.00345", "$0.00345"],
    ["-0.0384", "-$0.0384"],
    ["0", "$0.00"],
  ])("writes %s as %s", (amount, shown) => {
    expect(formatMoney(amount, unit)).toBe(shown);
  });
});

describe("a cap or a forecast", () => {
  it.each([
    ["1000", "$1,000"],
    ["1090.00", "$1,090"],
    ["1090.004", "$1,090"],
    ["1090.5", "$1,090.50"],
    ["0", "$0"],
    ["1500000", "$1.5M"],
    ["0.0034", "$0.0034"],
  ])("writes %s as %s, without cents that are zero", (amount, shown) => {
    expect(formatMoney(amount, { ...dollars, kind: "limit" })).toBe(shown);
  });
});

describe("an unknown amount", () => {
  it("shows a dash with the reason, never zero", () => {
    expect(formatMoney(null, dollars)).toBe("— unpriced");
    expect(formatMoney(undefined, dollars)).toBe("— unpriced");
    expect(formatMoney(null, { ...dollars, reason: "no rate for 3 Oct" })).toBe("— no rate for 3 Oct");
    expect(spokenMoney(null, dollars)).toBe("unpriced");
  });

  it.each(["", "NaN", "Infinity", "1,204.18", "$5", ".", "1e"])("says so when %j is no decimal", (amount) => {
    expect(formatMoney(amount, dollars)).toBe("— unreadable");
  });
});

describe("other currencies and locales", () => {
  it.each([
    ["JPY", "1234.5", "¥1,234"],
    ["JPY", "1235.5", "¥1,236"],
    ["JPY", "0", "¥0"],
    ["JPY", "0.345", "¥0.345"],
    ["JPY", "1234567", "¥1.23M"],
    ["KWD", "1.2345", "KWD 1.234"],
    ["KWD", "0", "KWD 0.000"],
    ["KWD", "0.001", "KWD 0.001"],
    ["KWD", "0.00034", "KWD 0.00034"],
  ])("gives %s its own decimals: %s is %s", (currency, amount, shown) => {
    const text = formatMoney(amount, { locale: "en-US", currency });
    expect(text.replaceAll("\u00a0", " ")).toBe(shown);
  });

  it("gives unit prices two decimals more than the currency has", () => {
    expect(formatMoney("1.2345", { locale: "en-US", currency: "JPY", kind: "unit" })).toBe("¥1.23");
    expect(currencyDigits({ locale: "en-US", currency: "KWD" })).toBe(3);
  });

  it("follows the locale", () => {
    const euros: MoneyOptions = { locale: "de-DE", currency: "EUR" };
    expect(formatMoney("1204.18", euros).replaceAll("\u00a0", " ")).toBe("1.204,18 €");
    expect(formatMoney("1234567", euros).replaceAll("\u00a0", " ")).toBe("1,23 Mio. €");
    expect(formatMoney("0.000000001", euros).replaceAll("\u00a0", " ")).toBe("<0,000001 €");
  });
});

describe("a large figure on a card", () => {
  it("sets the cents apart, and only cents", () => {
    expect(splitMoney("1204.18", dollars)).toEqual({ main: "$1,204", cents: ".18", rest: "" });
    expect(splitMoney("0.0384", unit)).toEqual({ main: "$0.0384", cents: "", rest: "" });
    expect(splitMoney("4.40", dollars)).toEqual({ main: "$4.40", cents: "", rest: "" });
    expect(splitMoney("1234567", dollars)).toEqual({ main: "$1.23M", cents: "", rest: "" });
    expect(splitMoney("1204.18", { locale: "de-DE", currency: "EUR" })).toMatchObject({ main: "1.204", cents: ",18" });
  });

  it("is said in words", () => {
    expect(spokenMoney("1204.18", dollars)).toBe("1,204.18 US dollars");
    expect(spokenMoney("0.0000001", dollars)).toBe("less than 0.000001 US dollars");
    expect(spokenMoney("1234567.8", dollars)).toBe("1,234,567.80 US dollars");
  });
});

describe("a column of a table", () => {
  it("has cents when every amount shows in cents", () => {
    const column = ["4.4", "1204.18", "0", null];
    expect(column.map(columnMoney(column, dollars))).toEqual(["$4.40", "$1,204.18", "$0.00", "— unpriced"]);
  });

  it("gives every cell the precision of the finest one, and keeps the floor label", () => {
    const column = ["0.0034", "12", "0.0000000001"];
    expect(column.map(columnMoney(column, dollars))).toEqual(["$0.003400", "$12.000000", "<$0.000001"]);
    const finest = ["0.0034", "12"];
    expect(finest.map(columnMoney(finest, dollars))).toEqual(["$0.0034", "$12.0000"]);
  });

  it("never shortens a million", () => {
    expect(columnMoney(["1234567.891"], dollars)("1234567.891")).toBe("$1,234,567.89");
  });
});
