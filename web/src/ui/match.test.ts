/** What people type into a search finds what they mean, the likeliest first. */
import { describe, expect, it } from "vitest";

import { match, matchNamed } from "./match";

describe("a match", () => {
  it("prefers the beginning of the name to the beginning of a word, and that to any part", () => {
    const scores = ["Acme Robotics", "The Acme", "Macme"].map((name) => match(name, "acm"));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(new Set(scores).size).toBe(3);
    expect(Math.min(...scores)).toBeGreaterThan(0);
  });

  it("is none where the letters are only scattered", () => {
    expect(match("Campaigns", "acm")).toBe(0);
  });

  it("looks past capitals and accents", () => {
    expect(match("Café Łódź", "cafe lodz")).toBe(1);
    expect(match("Ada Sørensen", "sorensen")).toBeGreaterThan(0);
  });

  it("takes other words into account", () => {
    expect(match("theme dark", "appear", ["Theme: Dark", "appearance"])).toBeGreaterThan(0);
  });

  it("is everything while nothing is typed", () => {
    expect(match("anything", "  ")).toBe(1);
  });

  it("takes what is typed literally", () => {
    expect(match("Europe/Berlin", "(")).toBe(0);
    expect(match("Dune & Co.", "co.")).toBeGreaterThan(0);
  });
});

describe("a match by name", () => {
  it("takes no notice of the id", () => {
    expect(matchNamed("page Agents", "page", ["Agents", "Portfolio"])).toBe(0);
    expect(matchNamed("page Agents", "a", ["Agents", "Portfolio"])).toBe(1);
  });

  it("takes one or two letters for the beginning of a word of the name, and more for a part of anything", () => {
    const workspace = ["Workspace", "Settings"];
    expect(matchNamed("page Workspace", "se", workspace)).toBe(0);
    expect(matchNamed("page Workspace", "set", workspace)).toBeGreaterThan(0);
    expect(matchNamed("page Users", "s", ["Users", "Settings"])).toBe(0);
    expect(matchNamed("client s", "s", ["Sundrel Solar"])).toBeGreaterThan(matchNamed("page", "s", workspace));
  });
});
