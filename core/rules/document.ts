import { createHash } from 'node:crypto';
import { LEVELS, type Level } from '../levels.ts';
import type { DetectorText } from './model.ts';
import { Refused, shown } from './refused.ts';
import { controlsIn, tacticsIn, techniquesIn } from './tags.ts';
import { entryOf, type Located, type LocatedMap } from './yaml.ts';

/**
 * What a document says of its detector. One without a UUID for its id is given one made of its file's name (without the folder)
 * and its title, so that it stays the same from run to run.
 * @throws {Refused}
 */
export function detectorText(file: string, document: LocatedMap): DetectorText {
  const title = textIn(document, 'title')?.trim();
  if (!title)
    throw new Refused(
      entryOf(document, 'title')?.line ?? document.line,
      'The rule has no title; it needs a short text that says what it detects.',
    );
  const level = levelOf(document);
  const tags = textsIn(document, 'tags').map((tag) => tag.toLowerCase());
  const name = textIn(document, 'name')?.trim();
  const status = textIn(document, 'status');
  const license = textIn(document, 'license');
  return {
    id: idOf(file, title, document),
    ...(name && { name }),
    title,
    file,
    level,
    ...(status !== undefined && { status }),
    description: textIn(document, 'description')?.trim() ?? '',
    author: textsIn(document, 'author').join(', '),
    ...(license !== undefined && { license }),
    falsePositives: textsIn(document, 'falsepositives'),
    references: textsIn(document, 'references'),
    tags,
    tactics: tacticsIn(tags),
    techniques: techniquesIn(tags),
    controls: controlsIn(tags),
  };
}

function levelOf(document: LocatedMap): Level {
  const entry = entryOf(document, 'level');
  if (entry === undefined) return 'medium';
  const level = LEVELS.find((known) => known === textIn(document, 'level')?.trim().toLowerCase());
  if (level === undefined)
    throw new Refused(
      entry.line,
      `The level must be one of ${LEVELS.join(', ')}; here stands ${shown(textIn(document, 'level') ?? null)}.`,
    );
  return level;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function idOf(file: string, title: string, document: LocatedMap): string {
  const id = textIn(document, 'id')?.trim().toLowerCase();
  if (id !== undefined && UUID.test(id)) return id;
  const name = file.split(/[\\/]/).at(-1);
  const digest = createHash('sha256').update(`${name}\n${title}`).digest();
  // RFC 9562: version 8 is for ids made in one's own way; the variant is 10.
  digest[6] = ((digest[6] as number) & 0x0f) | 0x80;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** The text of a key's scalar; undefined when the key is missing or holds anything else. */
export function textIn(map: LocatedMap, key: string): string | undefined {
  const value = entryOf(map, key)?.value;
  return value === undefined ? undefined : scalarIn(value);
}

/** The texts of a key that holds a list or a single one. */
function textsIn(map: LocatedMap, key: string): string[] {
  const value = entryOf(map, key)?.value;
  if (value === undefined) return [];
  return (value.kind === 'list' ? value.items : [value]).map(scalarIn).filter((text) => text !== undefined);
}

/** A scalar's text as the file writes it; undefined for null, a list or a mapping. */
export function scalarIn(value: Located): string | undefined {
  if (value.kind !== 'scalar' || value.value === null) return undefined;
  return typeof value.value === 'string' ? value.value : value.written;
}
