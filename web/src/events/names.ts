/** What the fields of an event are called on the page. */

export const NAMES = {
  client: "Client",
  campaign: "Campaign",
  agent: "Agent",
  lead: "Lead",
  kind: "Kind",
  service: "Service",
  category: "Category",
  operation: "Operation",
  model: "Model",
  platform: "Platform",
  content_type: "Content type",
  quantities: "Quantities",
  success: "Outcome",
  cost: "Cost",
} as const;
