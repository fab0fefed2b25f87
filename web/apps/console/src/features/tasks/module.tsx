export { LaunchPage } from "./launch/LaunchPage.tsx";
export { TasksPage } from "./list/TasksPage.tsx";
export { TaskRunPage } from "./run/TaskRunPage.tsx";
