export { ApprovalPage } from "./components/ApprovalPage.tsx";
export { ApprovalRulesSection } from "./components/ApprovalRulesSection.tsx";
export { ModelProvidersSection } from "./components/ModelProvidersSection.tsx";
export { SimulatorSection } from "./components/SimulatorSection.tsx";
