export { PluginsPage } from "./market/PluginsPage.tsx";
export { PluginPage } from "./plugin/PluginPage.tsx";
