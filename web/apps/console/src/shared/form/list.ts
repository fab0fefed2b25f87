/** A list with one more item, unless it is empty, there already, or one too many. */
export function added(items: readonly string[], text: string, most: number): string[] {
  const item = text.trim();
  return item === "" || items.includes(item) || items.length >= most ? [...items] : [...items, item];
}

/** The same items with one of them at another place. */
export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const others = items.filter((_, index) => index !== from);
  const item = items[from];
  return item === undefined ? [...items] : [...others.slice(0, to), item, ...others.slice(to)];
}
