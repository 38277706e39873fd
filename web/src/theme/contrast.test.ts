/** The contract of the look: every pair of tokens that meets on a page is legible, in both themes. */
import { describe, expect, it } from "vitest";

import { blend, contrast, parseHex, readTokens, type Rgb } from "./colour";
import css from "./tokens.css?raw";

const TEXT = 4.5;
const MARK = 3;

const GROUNDS = ["bg", "surface", "surface-2"];
const TEXT_TOKENS = ["text", "muted", "accent", "link", "ok", "warn", "high", "crit"];
const ALERTS = ["ok", "warn", "high", "crit"];
const SERIES = [1, 2, 3, 4, 5, 6, 7, 8].map((slot) => `series-${slot}`);

describe.each(["dark", "light"] as const)("in the %s theme", (theme) => {
  const tokens = readTokens(css, theme);
  const colour = (name: string): Rgb => parseHex(tokens[name] ?? `missing --${name}`);
  const share = (name: string): number => {
    const percent = /^(\d+)%$/.exec(tokens[name] ?? "")?.[1];
    if (!percent) throw new Error(`--${name} is not a percentage`);
    return Number(percent) / 100;
  };

  describe.each(GROUNDS)("on %s", (ground) => {
    it.each(TEXT_TOKENS)("%s can be read as text", (token) => {
      expect(contrast(colour(token), colour(ground))).toBeGreaterThanOrEqual(TEXT);
    });

    it("the border of a control can be seen", () => {
      expect(contrast(colour("control"), colour(ground))).toBeGreaterThanOrEqual(MARK);
    });

    it("the focus ring can be seen", () => {
      expect(contrast(colour("accent"), colour(ground))).toBeGreaterThanOrEqual(MARK);
    });
  });

  it.each(SERIES)("%s of a chart can be seen on the surface", (series) => {
    expect(contrast(colour(series), colour("surface"))).toBeGreaterThanOrEqual(MARK);
  });

  it.each(ALERTS)("an alert chip in %s can be read on its own tint", (alert) => {
    const tint = blend(colour(alert), colour("surface"), share("chip-tint"));
    expect(contrast(colour(alert), tint)).toBeGreaterThanOrEqual(TEXT);
  });

  it("white text can be read along the whole brand gradient", () => {
    for (let step = 0; step <= 10; step += 1) {
      const ground = blend(colour("brand-to"), colour("brand-from"), step / 10);
      expect(contrast(colour("on-brand"), ground)).toBeGreaterThanOrEqual(TEXT);
    }
  });

  it.each(["violet", "blue"])("text can be read on the page and on glass at the peak of the %s glow", (glow) => {
    const peak = blend(colour(`glow-${glow}`), colour("bg"), share(`glow-${glow}-strength`));
    const glass = blend(colour("surface"), peak, share("glass"));
    for (const token of ["text", "muted", "link", "accent"]) {
      expect(contrast(colour(token), peak)).toBeGreaterThanOrEqual(TEXT);
      expect(contrast(colour(token), glass)).toBeGreaterThanOrEqual(TEXT);
    }
  });

  it("a control on glass at the peak of either glow can be seen", () => {
    for (const glow of ["violet", "blue"]) {
      const peak = blend(colour(`glow-${glow}`), colour("bg"), share(`glow-${glow}-strength`));
      const glass = blend(colour("surface"), peak, share("glass"));
      expect(contrast(colour("control"), glass)).toBeGreaterThanOrEqual(MARK);
    }
  });
});

describe("the measure itself", () => {
  it("agrees with the published extremes", () => {
    expect(contrast(parseHex("#000000"), parseHex("#ffffff"))).toBeCloseTo(21, 5);
    expect(contrast(parseHex("#777777"), parseHex("#ffffff"))).toBeCloseTo(4.48, 2);
  });

  it("knows both themes by the same names", () => {
    expect(Object.keys(readTokens(css, "light"))).toEqual(Object.keys(readTokens(css, "dark")));
  });
});
