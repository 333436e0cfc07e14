import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { DATA_MARKER } from './render.ts';

const LICENCES = [
  { name: 'Apache ECharts', files: ['echarts/NOTICE', 'echarts/LICENSE', 'echarts/licenses/LICENSE-d3'] },
  { name: 'ZRender', files: ['zrender/LICENSE'] },
  { name: 'tslib', files: ['tslib/CopyrightNotice.txt'] },
];

/**
 * Bundles the page (code, echarts, styles, licence texts) into one HTML text with {@link DATA_MARKER} where the data goes.
 *
 * @param root folder of the project, the one that holds `report/` and `node_modules/`.
 * @throws Error when the bundle holds a text that would end its own script or style element.
 */
export async function buildReportTemplate(root: string = process.cwd()): Promise<string> {
  const [shell, script, styles, licences] = await Promise.all([
    readFile(join(root, 'report/page.html'), 'utf8'),
    bundle(root, 'report/main.ts'),
    bundle(root, 'report/styles/page.css'),
    licenceTexts(root),
  ]);
  refuse(script, /<\/script|<!--/i, 'script');
  refuse(styles, /<\/style|<!--/i, 'style');
  const parts: Record<string, string> = {
    POLICY: `<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(script, styles)}">`,
    STYLES: `<style>${styles}</style>`,
    LICENCES: `<template id="licences">${licences}</template>`,
    DATA: `<script type="application/octet-stream" id="data">${DATA_MARKER}</script>`,
    SCRIPT: `<script>${script}</script>`,
  };
  return shell.replace(/<!-- slot: ([A-Z]+) -->/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`report/page.html has an unknown slot ${name}: known are ${Object.keys(parts).join(', ')}.`);
    return part;
  });
}

/**
 * The page's policy: one script and one style sheet, both named by their hash; no origin, no eval, and (where the browser knows
 * Trusted Types) no text ever turned into markup.
 */
export function contentSecurityPolicy(script: string, styles: string): string {
  return [
    "default-src 'none'",
    `script-src '${sha256(script)}'`,
    `style-src '${sha256(styles)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');
}

/** Hash of an inline element's text, as a CSP source names it. */
function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;
}

async function bundle(root: string, entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    charset: 'utf8',
    legalComments: 'none',
    target: ['es2022', 'chrome111', 'firefox113', 'safari16.4'],
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  return outputFiles[0]?.text.trim() ?? '';
}

function refuse(text: string, pattern: RegExp, element: string): void {
  const found = pattern.exec(text);
  if (found) throw new Error(`The report's ${element} holds ${JSON.stringify(found[0])} at ${found.index}, which would end its element.`);
}

async function licenceTexts(root: string): Promise<string> {
  const texts = await Promise.all(
    LICENCES.map(async ({ name, files }) => {
      const parts = await Promise.all(files.map((file) => readFile(join(root, 'node_modules', file), 'utf8')));
      return `<h3>${name}</h3><pre>${escapeMarkup(parts.map((part) => part.trim()).join('\n\n'))}</pre>`;
    }),
  );
  return texts.join('');
}

function escapeMarkup(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
