export { EditAutomationPage } from "./edit/EditAutomationPage.tsx";
export { AutomationsPage } from "./list/AutomationsPage.tsx";
export { AutomationPage } from "./one/AutomationPage.tsx";
