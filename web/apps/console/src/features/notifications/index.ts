/** What the user is told. The pages are in `module.tsx`, which only `app/` mounts. */
export { NotificationBell } from "./components/NotificationBell.tsx";
export { NotificationItem } from "./components/NotificationItem.tsx";
