export { GatewayTokensSection } from "./components/GatewayTokensSection.tsx";
export { WorkspaceLimitsSection } from "./components/WorkspaceLimitsSection.tsx";
export { DevicesPage } from "./components/DevicesPage.tsx";
export { HostPage } from "./hosts/HostPage.tsx";
