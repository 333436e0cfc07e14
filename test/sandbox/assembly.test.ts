import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '../../sandbox/assembly.ts';
import { synthesize } from '../../sandbox/synth.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trailwarden-assembly-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FUNCTION = {
  Type: 'AWS::Lambda::Function',
  Properties: { Code: { S3Key: 'abc.zip' }, Handler: 'index.handler', Runtime: 'nodejs24.x' },
};

/** Lays out what `cdk synth` writes for one stack for each environment. */
function lay(...environments: readonly string[]): void {
  const artifacts = Object.fromEntries(
    environments.flatMap((environment, i) => [
      [`Stack${i}`, { type: 'aws:cloudformation:stack', environment, properties: { templateFile: `Stack${i}.template.json` } }],
      [`Stack${i}.assets`, { type: 'cdk:asset-manifest' }],
    ]),
  );
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
  for (const i of environments.keys()) {
    writeFileSync(join(folder, `Stack${i}.template.json`), JSON.stringify({ Resources: { ParseFunction: FUNCTION } }));
    writeFileSync(
      join(folder, `Stack${i}.assets.json`),
      JSON.stringify({ files: { abc: { source: { path: 'asset.abc' }, destinations: { here: { objectKey: 'abc.zip' } } } } }),
    );
  }
}

test.each([
  ['aws://111122223333/eu-west-1', 'aws'],
  ['aws://111122223333/cn-north-1', 'aws-cn'],
  ['aws://111122223333/us-gov-west-1', 'aws-us-gov'],
])('an assembly for %s gives its home and the code of its functions', (environment, partition) => {
  lay(environment);
  const { home, functions } = readAssembly(folder);
  expect(home).toEqual({ account: '111122223333', region: environment.split('/').at(-1), partition });
  expect(functions).toMatchObject([{ name: 'parse', codeFolder: join(folder, 'asset.abc') }]);
});

test.each([[['aws://unknown-account/unknown-region']], [['aws://111122223333/eu-west-1', 'aws://111122223333/us-east-1']], [[]]])(
  'an assembly for %j is refused',
  (environments) => {
    lay(...environments);
    expect(() => readAssembly(folder)).toThrow('should be for one certain account and region');
  },
);

test('a configuration that the app refuses is refused with its words', async () => {
  await expect(synthesize({ deploy: { account: '12' } }, folder)).rejects.toThrow(
    /^The app bin\/app\.ts ended with 1: .*trailwarden\.config\.json/s,
  );
});
