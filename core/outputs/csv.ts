/** First characters with which a spreadsheet takes a cell for a formula, white space before them and full-width forms included. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]/;
const CONTROL = /[\u0000-\u001f\u007f]/g;
/** C1 controls and marks that turn the direction of writing. */
const HIDDEN = /[\u0080-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const PLAIN = /^[\w][\w .:/@*()$-]*$/;

/**
 * One CSV cell. Text that a spreadsheet would run gets a leading apostrophe; control characters are shown by their visible
 * symbols (U+2400 and on), so that a row is one line; quoted where RFC 4180 asks for it.
 */
export function csvCell(text: string): string {
  if (PLAIN.test(text)) return text;
  let cell = FORMULA.test(text) ? `'${text}` : text;
  cell = cell
    .replace(CONTROL, (c) => (c === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + c.charCodeAt(0))))
    .replace(HIDDEN, '\ufffd');
  return /[",]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** A row of cells with its line break. */
export function csvRow(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => (typeof cell === 'number' ? String(cell) : csvCell(cell))).join(',')}\n`;
}
