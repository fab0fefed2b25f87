export { AuditSection } from "./components/AuditSection.tsx";
