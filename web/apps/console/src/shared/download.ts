/** Hands a text, or what is one file already, to the browser's downloads. */
export function download(name: string, content: string | Blob, type = "text/plain"): void {
  const file = content instanceof Blob ? content : new Blob([content], { type: `${type};charset=utf-8` });
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Not at once: some browsers begin to read only after the click has been handled.
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
