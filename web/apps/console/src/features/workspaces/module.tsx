export { WorkspacesSection } from "./components/WorkspacesSection.tsx";
