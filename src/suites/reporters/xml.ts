/**
 * Text for XML 1.0 and HTML, in elements and in quoted attributes; characters that XML can't hold, that can't be seen or
 * that turn text around become `?`.
 */
export function escaped(text: string): string {
  return text
    .replace(/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Surrogate}\p{Zl}\p{Zp}\ufffe\uffff]/gu, "?")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}
