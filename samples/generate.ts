import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { pack, textOf } from './generator/extras.ts';
import { placesDatabase } from './generator/places.ts';
import { sampleTrail } from './generator/trail.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'samples/trail' },
    help: { type: 'boolean', default: false },
  },
});

const USAGE = `Writes the sample trail: 30 days of a made-up organization with planted attacks.

  node samples/generate.ts [--seed N] [--out DIR]

The trail goes into DIR (samples/trail), which is emptied first; beside DIR what must be found in it, as expected.json, and where its addresses
are, as places.mmdb.
`;

if (values.help) {
  process.stdout.write(USAGE);
} else if (!/^\d+$/.test(values.seed)) {
  process.stderr.write(`--seed expects a whole number such as 1, and got "${values.seed}".\n`);
  process.exitCode = 1;
} else {
  const { files, digests, damaged, expected } = sampleTrail({ seed: Number(values.seed) });
  let bytes = 0;
  const put = (key: string, content: Buffer): void => {
    const path = join(values.out, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    bytes += content.length;
  };
  rmSync(join(values.out, 'AWSLogs'), { recursive: true, force: true });
  for (const { key, records } of files) put(key, pack(textOf(records)));
  for (const { key, bytes: content } of [...digests, ...damaged]) put(key, content);
  writeFileSync(join(values.out, '..', 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
  writeFileSync(join(values.out, '..', 'places.mmdb'), placesDatabase());
  process.stdout.write(`${expected.records} records in ${expected.files} files, ${(bytes / 1e6).toFixed(1)} MB: ${values.out}\n`);
}
