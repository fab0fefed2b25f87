export { SystemsPage } from "./gallery/SystemsPage.tsx";
export { PublicSystemPage, SharedSystemPage } from "./system/SharedPages.tsx";
export { SystemPage } from "./system/SystemPage.tsx";
