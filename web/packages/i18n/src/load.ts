import { CATALOGUES } from "./translator.ts";

/** Fetches the words of the designer, which nobody else's page should wait for. */
export async function loadWords(): Promise<void> {
  const [en, enParts, zh, zhParts] = await Promise.all([import("./en/designer.ts"), import("./en/designerParts.ts"), import("./zh/designer.ts"), import("./zh/designerParts.ts")]);
  Object.assign(CATALOGUES.en, en.designer, enParts.designerParts);
  Object.assign(CATALOGUES.zh, zh.designer, zhParts.designerParts);
}
