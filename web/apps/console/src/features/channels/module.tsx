export { ChannelsPage } from "./components/ChannelsPage.tsx";
