/** Starts the dashboard. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import "./theme/global.css";
import { Application } from "./app/Application";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no element to draw into.");
createRoot(root).render(
  <StrictMode>
    <Application />
  </StrictMode>,
);
