/** Colour arithmetic as WCAG 2.2 defines it, for the test that keeps the tokens legible. */

export type Rgb = readonly [number, number, number];

export function parseHex(hex: string): Rgb {
  const digits = /^#([0-9a-f]{6})$/i.exec(hex.trim())?.[1];
  if (!digits) throw new Error(`${hex} is not a colour of six hexadecimal digits`);
  return [0, 2, 4].map((start) => parseInt(digits.slice(start, start + 2), 16)) as unknown as Rgb;
}

/** What is seen where `top` covers `under` at a share of 0 to 1. */
export function blend(top: Rgb, under: Rgb, share: number): Rgb {
  return top.map((value, channel) => value * share + (under[channel] ?? 0) * (1 - share)) as unknown as Rgb;
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((value) => {
    const channel = value / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The custom properties of one theme, read from the text of the style sheet itself. */
export function readTokens(css: string, theme: "dark" | "light"): Record<string, string> {
  const block = new RegExp(`\\[data-theme='?"?${theme}"?'?\\]\\s*\\{([^}]*)\\}`).exec(css)?.[1];
  if (!block) throw new Error(`The style sheet has no block for the ${theme} theme`);
  const pairs = [...block.matchAll(/--([a-z0-9-]+):\s*([^;]+);/g)];
  return Object.fromEntries(pairs.map(([, name, value]) => [name, value?.trim()])) as Record<string, string>;
}
