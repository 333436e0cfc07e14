/**
 * Folds case for Sigma's case-insensitive comparison. Unlike toLowerCase alone it keeps the length and treats each
 * character by itself, so `fold(a).includes(fold(b))` holds wherever b stands in a in any casing: U+0130 (the one
 * character whose lower case is longer) is left as it is, and a final sigma folds like any other.
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  const even = lower.length === text.length ? lower : text.split('\u0130').map(lowerCase).join('\u0130');
  return even.includes('ς') ? even.replaceAll('ς', 'σ') : even;
}

function lowerCase(text: string): string {
  return text.toLowerCase();
}

/** The text that a scalar JSON value is compared by: a string itself, a number or boolean as JSON writes it; else undefined. */
export function scalarText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return undefined;
  }
}
