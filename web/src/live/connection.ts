/** The live connection: it hears which lists changed and has them fetched again. */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { Socket } from "socket.io-client";

import { meQuery } from "../api/session";

export type LiveState = "connecting" | "live" | "reconnecting" | "paused";

interface LiveStatus {
  state: LiveState;
  /** When the server last said something that the page shows. */
  updatedAt: Date | null;
  /** What changed then. */
  changed: string[];
}

const REFUSED_RETRY_MS = 5000;
/** The topic that stands for all of them, announced when the server itself may have missed some. */
const EVERYTHING = "*";

let status: LiveStatus = { state: "connecting", updatedAt: null, changed: [] };
const listeners = new Set<() => void>();

function publish(next: Partial<LiveStatus>) {
  status = { ...status, ...next };
  for (const listener of listeners) listener();
}

export function useLive(): LiveStatus {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => status,
  );
}

let socket: Socket | null = null;
let queries: QueryClient | null = null;

/** Fetches again what the named topics show; who is signed in also depends on people and the workspace. */
function refresh(topics: string[]) {
  if (topics.includes(EVERYTHING)) {
    void queries?.invalidateQueries();
    return;
  }
  const affected = new Set(topics);
  if (affected.has("users") || affected.has("workspace") || affected.has("clients")) affected.add("me");
  void queries?.invalidateQueries({ predicate: ({ queryKey }) => affected.has(String(queryKey[0])) });
}

function listen(connection: Socket) {
  let hasBeenLive = false;
  connection.on("hello", () => {
    // What was announced while the line was down is lost, so everything on the page is asked for again.
    if (hasBeenLive) void queries?.invalidateQueries();
    hasBeenLive = true;
    publish({ state: "live", updatedAt: new Date() });
  });
  connection.on("changed", ({ topics, at }: { topics: string[]; at?: string }) => {
    refresh(topics);
    publish({ updatedAt: at ? new Date(at) : new Date(), changed: topics });
  });
  connection.on("signed_out", () => void queries?.invalidateQueries({ queryKey: meQuery.queryKey }));
  connection.on("disconnect", () => {
    if (status.state !== "paused") publish({ state: "reconnecting" });
    retryWhenRefused(connection);
  });
  connection.on("connect_error", (error: Error & { data?: { code?: string } }) => {
    if (status.state !== "paused") publish({ state: "reconnecting" });
    // A refusal for want of a session is answered by asking who is signed in, which leads to the sign-in page.
    if (error.data?.code) void queries?.invalidateQueries({ queryKey: meQuery.queryKey });
    retryWhenRefused(connection);
  });
}

/** The library reconnects by itself after a lost line, but not after the server has refused or hung up. */
function retryWhenRefused(connection: Socket) {
  if (connection.active) return;
  setTimeout(() => {
    if (socket === connection && status.state !== "paused") connection.connect();
  }, REFUSED_RETRY_MS);
}

/** Connects; answers with the function that ends the connection. */
export function startLive(client: QueryClient): () => void {
  let isEnded = false;
  queries = client;
  publish({ state: "connecting", updatedAt: null, changed: [] });
  void import("socket.io-client").then(({ io }) => {
    if (isEnded) return;
    socket = io({ path: "/socket.io", transports: ["websocket"] });
    listen(socket);
  });
  return () => {
    isEnded = true;
    const ending = socket;
    socket = null;
    ending?.removeAllListeners();
    ending?.disconnect();
  };
}

export function pauseLive(): void {
  publish({ state: "paused" });
  socket?.disconnect();
}

export function resumeLive(): void {
  publish({ state: "connecting" });
  void queries?.invalidateQueries();
  socket?.connect();
}
