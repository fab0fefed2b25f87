import { CATALOGUES } from "./translator.ts";

/** Fetches the words of the designer, which nobody else's page should wait for. */
export async function loadWords(): Promise<void> {
  const [en, enParts, zh, zhParts] = await Promise.all([import("./en/designer.ts"), import("./en/designerParts.ts"), import("./zh/designer.ts"), import("./zh/designerParts.ts")]);
  Object.assign(CATALOGUES.en, en.designer, enParts.designerParts);
  Object.assign(CATALOGUES.zh, zh.designer, zhParts.designerParts);
}

/** Fetches the words of systems and their vaults. */
export async function loadSystemWords(): Promise<void> {
  const [en, enParts, zh, zhParts] = await Promise.all([import("./en/systems.ts"), import("./en/systemParts.ts"), import("./zh/systems.ts"), import("./zh/systemParts.ts")]);
  Object.assign(CATALOGUES.en, en.systems, enParts.systemParts);
  Object.assign(CATALOGUES.zh, zh.systems, zhParts.systemParts);
}
