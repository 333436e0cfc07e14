import { joinTokens, type Pattern } from './pattern.ts';

/** The encodings that may stand before base64. `utf16` is little-endian behind a byte order mark, `wide` a name of `utf16le`. */
export type Utf16 = 'utf16le' | 'utf16be' | 'utf16';

function bytesOf(text: string, utf16: Utf16 | undefined): Buffer {
  if (utf16 === undefined) return Buffer.from(text, 'utf8');
  const little = Buffer.from(text, 'utf16le');
  if (utf16 === 'utf16le') return little;
  return utf16 === 'utf16be' ? little.swap16() : Buffer.concat([Buffer.from([0xff, 0xfe]), little]);
}

/** Base64 of a text's UTF-8 bytes, or of its UTF-16 bytes. */
export function base64Of(text: string, utf16?: Utf16): string {
  return bytesOf(text, utf16).toString('base64');
}

/**
 * The three texts of which one stands in the base64 form of every longer text that contains this one, one for each place of
 * the first byte modulo 3. Characters that depend on a neighbouring byte are left off; an empty string means that
 * nothing remains, the text being too short.
 */
export function base64Offsets(text: string, utf16?: Utf16): readonly [string, string, string] {
  const bytes = bytesOf(text, utf16);
  const at = (offset: 0 | 1 | 2): string => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const uncertainHead = [0, 2, 3][offset] as number;
    const uncertainTail = [0, 3, 2][(bytes.length + offset) % 3] as number;
    return shifted.slice(uncertainHead, shifted.length - uncertainTail);
  };
  return [at(0), at(1), at(2)];
}

/** The characters that begin an option on a Windows command line, or that pass for one. */
const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'] as const;
const OPTION = /(?<!\w)[-/\u2013\u2014\u2015](?=\w)/g;

/** At most this many options in one value: each multiplies the number of texts by five. */
export const WINDASH_LIMIT = 4;

/** Every form of a pattern in which each dash before an option is one of the five; undefined when it has more than {@link WINDASH_LIMIT}. */
export function windashForms(pattern: Pattern): readonly Pattern[] | undefined {
  let forms: Pattern[] = [[]];
  for (const token of pattern) {
    const texts = typeof token === 'string' ? optionForms(token) : [token];
    if (forms.length * texts.length > DASHES.length ** WINDASH_LIMIT) return undefined;
    forms = forms.flatMap((form) => texts.map((text) => [...form, text]));
  }
  return forms.map(joinTokens);
}

/** The forms of one text; its places beyond the limit stay uncounted, as one more than the limit is already too many. */
function optionForms(text: string): string[] {
  const places = [...text.matchAll(OPTION)].map((match) => match.index).slice(0, WINDASH_LIMIT + 1);
  let forms = [text];
  for (const place of places) {
    forms = forms.flatMap((form) => DASHES.map((dash) => form.slice(0, place) + dash + form.slice(place + 1)));
  }
  return forms;
}
