import { useTranslator } from "@openclaw/i18n";

/** Categories are what authors call them; those of the built-in plugins have words of ours. */
export function useCategories(): (category: string) => string {
  const t = useTranslator();
  return (category) => {
    const key = `plugins.categories.${category}`;
    return t.has(key) ? t(key) : category;
  };
}
