/** The value of a cookie that script may read (the CSRF token; session cookies are HttpOnly). */
export function readCookie(jar: string, name: string): string | null {
  for (const pair of jar.split("; ")) {
    const at = pair.indexOf("=");
    if (pair.slice(0, at) === name) return decodeURIComponent(pair.slice(at + 1));
  }
  return null;
}
