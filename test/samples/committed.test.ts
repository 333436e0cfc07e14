import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { textOf } from '../../samples/generator/extras.ts';
import { placesDatabase } from '../../samples/generator/places.ts';
import { sampleTrail } from '../../samples/generator/trail.ts';
import { inflated, keysBelow } from './read.ts';

const FOLDER = join(__dirname, '../../samples/trail');
const { files, digests, damaged, expected } = sampleTrail({ seed: 1 });

describe('samples/trail is what the generator gives for seed 1', () => {
  test('the same files', () => {
    expect(keysBelow(FOLDER)).toEqual([...files, ...digests, ...damaged].map((file) => file.key).sort());
  });

  test('the same inflated content', () => {
    const other = files.filter(({ key, records }) => inflated(join(FOLDER, key)) !== textOf(records)).map((file) => file.key);
    expect(other).toEqual([]);
  });

  test('the truncated file ends early, the broken one is sound gzip with unsound text', () => {
    const [cut, broken] = damaged.map(({ key }) => inflated(join(FOLDER, key)));
    expect(() => JSON.parse(cut as string)).toThrow(SyntaxError);
    expect(cut).not.toMatch(/\]\}$/);
    expect(broken).toContain('upstream connect error');
    expect(() => JSON.parse(broken as string)).toThrow(SyntaxError);
  });

  test('the same expectations', () => {
    expect(JSON.parse(readFileSync(join(FOLDER, '../expected.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  test('the same geolocation database beside it, byte for byte', () => {
    expect(readFileSync(join(FOLDER, '../places.mmdb')).equals(placesDatabase())).toBe(true);
  });

  test('at most 8 MB', () => {
    const bytes = keysBelow(FOLDER).reduce((sum, key) => sum + statSync(join(FOLDER, key)).size, 0);
    expect(bytes).toBeLessThanOrEqual(8_000_000);
  });
});
