import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeployError } from '../../lib/function-code.ts';
import { fitDatabases } from '../../lib/geo-databases.ts';
import { SCRATCH } from './synth.ts';

/** A file of so many MB that takes no room. */
function sized(name: string, megabytes: number): string {
  const path = join(SCRATCH, name);
  writeFileSync(path, '');
  truncateSync(path, megabytes * 1024 ** 2);
  return path;
}

test.each<[name: string, sizes: number[], memory: number, sentence: RegExp | null]>([
  ['none', [], 256, null],
  ['a large one, with the memory by default', [130], 2048, null],
  ['as much as a function holds', [120, 120], 2048, null],
  [
    'too much for any function',
    [121, 120],
    10_240,
    /^The 2 geolocation databases together have 241 MB, but a function in AWS holds 240 MB/,
  ],
  ['just enough memory', [64], 256, null],
  [
    'too little memory',
    [65],
    256,
    /^The geolocation database .+0\.mmdb has 65 MB, for which the score function needs 260 MB of memory at least, but "deploy\.memory\.score" is 256\. Raise it/,
  ],
])('%s', (name, sizes, memory, sentence) => {
  const files = sizes.map((megabytes, i) => sized(`${name}-${i}.mmdb`, megabytes));
  const fit = () => fitDatabases(files, memory);
  if (sentence === null) expect(fit).not.toThrow();
  else {
    expect(fit).toThrow(DeployError);
    expect(fit).toThrow(sentence);
  }
});

test('a file that does not exist is left to those who open it', () => {
  expect(() => fitDatabases([join(SCRATCH, 'nowhere.mmdb')], 256)).not.toThrow();
});
