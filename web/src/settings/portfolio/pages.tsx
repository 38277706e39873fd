/** The three pages of the portfolio are one page with other words. */
import { KINDS } from "./kinds";
import { PortfolioPage } from "./PortfolioPage";

export const ClientsPage = () => <PortfolioPage words={KINDS.clients} />;
export const CampaignsPage = () => <PortfolioPage words={KINDS.campaigns} />;
export const AgentsPage = () => <PortfolioPage words={KINDS.agents} />;
