import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvCell, csvRow } from '../../../core/outputs/csv.ts';

/** Characters at a cell's start that make spreadsheets run it (OWASP, "CSV Injection"). */
const FORMULA = ['=', '+', '-', '@', '\t', '\r'];

function parsed(csv: string): string[] {
  const rows = parse(csv, { relax_column_count: false }) as string[][];
  expect(rows).toHaveLength(1);
  return rows[0] as string[];
}

test.each<[string, string, string]>([
  ['plain text', 'alice', 'alice'],
  ['an ARN', 'arn:aws:iam::111122223333:user/alice', 'arn:aws:iam::111122223333:user/alice'],
  ['a comma', 'a,b', '"a,b"'],
  ['a quote', 'a"b', '"a""b"'],
  ['nothing', '', ''],
  ['a line break', 'a\nb', 'a␊b'],
  ['a NUL', 'a\u0000b', 'a␀b'],
  ['a DEL', 'a\u007fb', 'a␡b'],
  ['white space at the ends', ' a ', '" a "'],
  ['a formula', '=1+1', "'=1+1"],
  ['a sum', '+1', "'+1"],
  ['a difference', '-1', "'-1"],
  ['a function of old', '@SUM(1)', "'@SUM(1)"],
  ['a formula behind a tab', '\t=1', "'␉=1"],
  ['a formula behind a carriage return', '\r=1', "'␍=1"],
  ['a formula with a comma', '=HYPERLINK("https://example.com","x")', `"'=HYPERLINK(""https://example.com"",""x"")"`],
  ['a formula behind spaces', '  =1', "'  =1"],
  ['a formula behind a line break', '\n=1', "'␊=1"],
  ['a full-width formula', '＝1', "'＝1"],
  ['a formula behind a quote', '"=1', '"""=1"'],
])('%s', (_name, text, cell) => {
  expect(csvCell(text)).toBe(cell);
});

const hostile = fc
  .array(fc.constantFrom(...FORMULA, '＝', '"', ',', ' ', '\n', ';', "'", 'a', 'é', '😀', '\u0000', '\u2028', '\ud800', '|', '1'), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''));

test('no cell begins as a formula, whatever stands before it: quotes, spaces or separators', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (cells) => {
      const row = csvRow(cells);
      for (const cell of parsed(row)) expect(cell).not.toMatch(/^\s*[=+\-@\t\r＝]/);
    }),
    { numRuns: 1000 },
  );
});

test('a row is one line, and comes back from a parser of RFC 4180', () => {
  const visible = (text: string) =>
    text
      .replace(/[\u0000-\u001f\u007f]/g, (c) => (c === '\u007f' ? '␡' : String.fromCharCode(0x2400 + c.charCodeAt(0))))
      .replace(/[\u0080-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
  fc.assert(
    fc.property(fc.array(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 10 })), { minLength: 2, maxLength: 5 }), (cells) => {
      const row = csvRow(cells);
      expect(row.endsWith('\n')).toBe(true);
      expect(row.slice(0, -1)).not.toMatch(/[\n\r]/);
      const back = parsed(row);
      expect(back).toHaveLength(cells.length);
      for (const [i, cell] of back.entries()) {
        const shown = visible(cells[i] as string).toWellFormed();
        expect([shown, `'${shown}`]).toContain(cell);
      }
    }),
    { numRuns: 1000 },
  );
});

test('numbers stay numbers, negative ones too', () => {
  expect(csvRow([0, -1.5, 'x', 1e21])).toBe('0,-1.5,x,1e+21\n');
});
