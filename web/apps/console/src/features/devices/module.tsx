export { GatewayTokensSection } from "./components/GatewayTokensSection.tsx";
export { DevicesPage } from "./components/DevicesPage.tsx";
