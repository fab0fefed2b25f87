/** The user's linked machines. The page is in `module.tsx`, which only `app/` mounts. */
export { LinkDeviceButton, useLinkDialog } from "./components/LinkDevice.tsx";
export { LocalHere } from "./components/LocalHere.tsx";
export { OnlineDevices } from "./components/OnlineDevices.tsx";
export { useHosts } from "./hosts/hostQueries.ts";
export { useDevices } from "./queries.ts";
export { useLocalWords } from "./useLocalWords.ts";
