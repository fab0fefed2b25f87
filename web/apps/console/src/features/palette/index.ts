/** The command palette: anywhere by name, from wherever one is. */
export type { Entry } from "./model.ts";
export { PaletteButton } from "./PaletteButton.tsx";
export { usePalette } from "./usePalette.tsx";
