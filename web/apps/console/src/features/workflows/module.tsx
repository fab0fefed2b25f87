export { DesignerPage } from "./designer/DesignerPage.tsx";
