import { useTranslator } from "@openclaw/i18n";
import { IconButton } from "@openclaw/ui";

import { IS_APPLE } from "./usePalette.tsx";

/** Opens the palette, and says by which keys it opens. */
export function PaletteButton({ onPress }: { onPress: () => void }) {
  const t = useTranslator();
  return <IconButton icon="search" label={t("palette.open", { keys: IS_APPLE ? "⌘K" : "Ctrl K" })} onPress={onPress} data-testid="open-palette" />;
}
