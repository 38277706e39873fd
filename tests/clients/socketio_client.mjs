// The official Socket.IO client, driven line by line: commands as JSON come in, what happens goes out as JSON.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { io } = createRequire(new URL("../../web/package.json", import.meta.url))("socket.io-client");
const sockets = new Map();

function report(name, event, data) {
  process.stdout.write(`${JSON.stringify({ name, event, data: data ?? null })}\n`);
}

function open({ name, url, options }) {
  const socket = io(url, { path: "/socket.io", transports: ["websocket"], reconnection: false, forceNew: true, ...options });
  sockets.set(name, socket);
  socket.on("connect", () => report(name, "connect"));
  socket.on("connect_error", (error) => report(name, "connect_error", { message: error.message, ...error.data }));
  socket.on("disconnect", (reason) => report(name, "disconnect", { reason }));
  socket.onAny((event, data) => report(name, event, data));
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.do === "open") open(command);
  else if (command.do === "emit") sockets.get(command.name).emit(command.event, command.data);
  else if (command.do === "close") sockets.get(command.name).close();
}
process.exit(0);
