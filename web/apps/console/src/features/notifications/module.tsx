export { DeliveriesPage } from "./components/DeliveriesPage.tsx";
export { NotificationsPage } from "./components/NotificationsPage.tsx";
export { ReachSection } from "./components/ReachSection.tsx";
