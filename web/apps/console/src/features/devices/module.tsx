export { DevicesPage } from "./components/DevicesPage.tsx";
