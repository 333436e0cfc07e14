import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { buildReportTemplate, contentSecurityPolicy } from '../../report/build.ts';
import { DATA_MARKER, renderReport } from '../../report/render.ts';
import { fullModel } from './model.factory.ts';

/** The page's code, echarts, styles and licences; a report of an empty trail is this large. */
const LARGEST_TEMPLATE = 700 * 1024;

let template: string;
beforeAll(async () => {
  template = await buildReportTemplate();
}, 60_000);

const inline = (element: string, html = template): string[] =>
  [...html.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'))].map((match) => match[1] ?? '');
const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const policyOf = (html: string): string => /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';

describe('the template', () => {
  test('stays small', () => expect(Buffer.byteLength(template)).toBeLessThan(LARGEST_TEMPLATE));

  test('is the same for the same sources', async () => expect(await buildReportTemplate()).toBe(template));

  test('holds one script and one style sheet, and the policy names both by their hash', () => {
    const [scripts, styles] = [inline('script'), inline('style')];
    expect([scripts.length, styles.length]).toEqual([1, 1]);
    expect(policyOf(template)).toBe(contentSecurityPolicy(scripts[0] ?? '', styles[0] ?? ''));
    expect(policyOf(template)).toContain(`script-src ${sha256(scripts[0] ?? '')}`);
    expect(policyOf(template)).toContain(`style-src ${sha256(styles[0] ?? '')}`);
  });

  test('has a policy without eval, unsafe inline parts or any origin', () => {
    const policy = policyOf(template);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/unsafe|https?:|\*|'self'/);
    expect(policy).toContain("require-trusted-types-for 'script'");
  });

  test('declares the policy before anything it is to govern', () => {
    const at = template.indexOf('Content-Security-Policy');
    for (const element of ['<style', '<link', '<script', '<title']) expect(template.indexOf(element)).toBeGreaterThan(at);
  });

  test('names nothing that a browser would load', () => {
    const markup = template.replace(/<(script|style|pre)>.*?<\/\1>/gs, '');
    expect(markup.match(/\b(?:src|href|srcset|action|data|poster)=["'](?!data:)[^"']*/g)).toBeNull();
    expect(
      inline('style')
        .join()
        .match(/url\(|@import/g),
    ).toBeNull();
    const script = inline('script').join();
    expect(script.match(/\b(?:fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|new Function|eval)\b\s*\(/g)).toBeNull();
    const namespaces = new Set(script.match(/https?:\/\/[^"'`\s)]+/g));
    expect([...namespaces].filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([]);
  });

  test('brings the licences of what is bundled', () => {
    for (const name of ['Apache License', 'Baidu Inc', 'Mike Bostock', 'Microsoft']) expect(template).toContain(name);
  });

  test('says a sentence where scripts are switched off', () => expect(inline('noscript').join()).toMatch(/JavaScript is switched off/));
});

describe('rendering', () => {
  const shell = `<p>before</p>${DATA_MARKER}<p>after</p>`;

  test('puts the data where the marker was and changes nothing else', () => {
    expect(renderReport(shell, 'QUJDRA==')).toBe('<p>before</p>QUJDRA==<p>after</p>');
  });

  test('a text of the trail cannot leave the element that carries the data', () => {
    const json = JSON.stringify(fullModel({ rows: 200 }));
    expect(json).toContain('</script><script>');
    const html = renderReport(template, gzipSync(json).toString('base64'));
    expect(html.match(/<\/script/g)).toHaveLength(template.match(/<\/script/g)?.length ?? -1);
    const data = /<script type="application\/octet-stream" id="data">([^<]*)<\/script>/.exec(html)?.[1] ?? '';
    expect(gunzipSync(Buffer.from(data, 'base64')).toString()).toBe(json);
  });

  test.each([
    ['no marker', '<p></p>', 'QUJD', /has no \{\{TRAILWARDEN_DATA\}\}/],
    ['the marker twice', shell + shell, 'QUJD', /more than once/],
    ['a closing script in the data', shell, 'QUJD</script><script>alert(1)</script>', /not base64/],
    ['JSON for data', shell, '{"version":1}', /not base64.*13 characters/],
    ['unpadded base64', shell, 'QUI', /not base64/],
    ['padding in the middle', shell, 'QQ==QUJD', /not base64/],
    ['nothing', shell, '', /not base64.*0 characters/],
  ])('refuses %s', (_name, html, data, message) => expect(() => renderReport(html, data)).toThrow(message));
});
