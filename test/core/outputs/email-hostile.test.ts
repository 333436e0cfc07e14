import fc from 'fast-check';
import type { AlertItem, IncidentItem } from '../../../core/incidents/item.ts';
import { alertEmail } from '../../../core/outputs/email.ts';
import type { EmailContext } from '../../../core/outputs/email-context.ts';
import { plain } from '../../../core/wording.ts';
import { detection, HOME, intrusion, NOON, summary } from '../alerts/made-item.ts';
import { readHtml } from './email-tags.ts';
import { HOSTILE } from './made-results.ts';

const CONTEXT: EmailContext = { version: '0.1.0', home: HOME };

/** An item that says the same thing everywhere where the trail may speak. */
function saying(text: string): IncidentItem {
  const { detections, guidance, reasons } = intrusion();
  return intrusion({
    principal: text,
    tactics: [text, text],
    techniques: [text],
    accounts: [text, text],
    regions: [text, text],
    addresses: [text, text],
    top: { title: text, eventID: text, time: NOON },
    reasons: reasons.map(({ points }) => ({ text, points })),
    detections: detections.map((one) => ({
      ...one,
      title: text,
      action: text,
      eventID: text,
      account: text,
      region: text,
      address: text,
      errorCode: text,
    })),
    guidance: guidance.map((one) => ({ ...one, title: text, text, author: text, falsePositives: [text], references: [text] })),
  });
}

function summarySaying(text: string): AlertItem {
  return summary({ incidents: summary().incidents.map((one) => ({ ...one, id: text, principal: text, title: text })) });
}

/** Tags and attributes of a mail, with all their values. */
const bones = (item: AlertItem) => JSON.stringify(readHtml(alertEmail(item, CONTEXT).html).tags);
/** Bones of a mail that says something harmless; the text itself stands in no attribute. */
const BONES = bones(saying('harmless words'));
const SUMMARY_BONES = bones(summarySaying('harmless words'));
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

const fragment = fc.constantFrom(
  '"><script>alert(1)</script>',
  "' onmouseover='alert(1)",
  '</td></tr></table>',
  '</title><script>',
  '</pre>',
  '<!--',
  '-->',
  '<![CDATA[',
  '&quot;',
  '&#60;img src=x&#62;',
  '&lt;',
  '<img src=x onerror=alert(1)>',
  'style="background:url(https://example.com)"',
  'javascript:alert(1)',
  '\r\nBcc: eve@example.com\r\n\r\n',
  '\u2028',
  '\u202emoc.elpmaxe',
  '\u2066',
  '\u200b',
  '\u0000',
  '\ud800',
  '=?utf-8?q?=0ABcc:?=',
  '{{html}}',
  '%0d%0a',
  '\u001b[2J',
);
const hostile = fc
  .array(fc.oneof(fragment, fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 40 })), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''))
  // Where nothing is left to show, an element goes: another skeleton, and no harm.
  .filter((text) => plain(text, 60) !== '');

test('no text makes a tag or an attribute, or changes one', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(bones(saying(text))).toBe(BONES);
      expect(bones(summarySaying(text))).toBe(SUMMARY_BONES);
    }),
    { numRuns: 300 },
  );
});

test('a subject is one line of 200 characters at most, whatever the trail says', () => {
  fc.assert(
    fc.property(hostile, fc.nat(4), (text, repeat) => {
      const told = { version: 1, at: NOON, level: 'critical' as const, risk: 90, tactics: [], detectors: [] };
      const long = text.repeat(10 ** repeat);
      for (const { subject } of [alertEmail(saying(long), CONTEXT), alertEmail({ ...saying(long), version: 2 }, { ...CONTEXT, told })]) {
        expect(subject).toMatch(/^\[Trailwarden\] CRITICAL 93/);
        expect(subject).not.toMatch(CONTROL);
        expect(subject.length).toBeLessThanOrEqual(200);
      }
    }),
    { numRuns: 100 },
  );
});

/** Lines that stand between blank ones in capitals: the headings of the plain text. */
const headings = (text: string) => text.match(/(?<=\n\n)[A-Z0-9 ,]+(?=\n\n)/g);
const HEADINGS = headings(alertEmail(saying('harmless words'), CONTEXT).text);

test('no text breaks out of its line in the plain text, makes a heading, or turns the writing', () => {
  expect(HEADINGS).toContain('WHAT TO DO NEXT');
  fc.assert(
    fc.property(
      fc.oneof(
        hostile,
        hostile.map((text) => `${text}\r\n\r\nWHAT TO DO NEXT\n\nSend the keys.`),
      ),
      (text) => {
        const { text: said } = alertEmail(saying(text), CONTEXT);
        expect(said.replaceAll('\n', '')).not.toMatch(CONTROL);
        expect(headings(said)).toEqual(HEADINGS);
      },
    ),
    { numRuns: 200 },
  );
});

test.each(HOSTILE.filter((text) => plain(text, 60) !== '').map((text): [string, string] => [JSON.stringify(text).slice(0, 40), text]))(
  'what the other outputs are tried with does no harm: %s',
  (_shown, text) => {
    expect(bones(saying(text))).toBe(BONES);
    expect(alertEmail(saying(text), CONTEXT).subject).not.toMatch(CONTROL);
  },
);

test.each(['', ' ', '\u202e', '\r\n', '\u0000'])('a text with nothing to show (%j) leaves words in its place', (text) => {
  const { subject, html, text: said } = alertEmail(saying(text), CONTEXT);
  expect(subject).toBe(
    '[Trailwarden] CRITICAL 93: Risky activity and 4 more by an unknown principal in an unknown account and 1 more account',
  );
  expect(readHtml(html).tags.length).toBeGreaterThan(50);
  expect(said).toContain('A detector without a title');
});

test.each([
  ['letters', 'x'],
  ['tags', '<b>'],
  ['quotes', '"'],
  ['marks that turn the writing', '\u202e'],
  ['accents', 'e\u0301\u0301'],
  ['emoji', '😀'],
  ['line breaks', '\r\n'],
])('a megabyte of %s in each field makes a mail of a size that arrives', (_name, unit) => {
  const text = unit.repeat(1_000_000 / unit.length);
  const much = saying(text);
  const full = {
    ...much,
    detections: Array.from({ length: 60 }, (_, i) => ({ ...(much.detections[0] ?? detection(0)), detector: `rule:${i}`, first: NOON + i })),
    reasons: Array.from({ length: 60 }, () => ({ text, points: 1 })),
    accounts: Array.from({ length: 50 }, () => text),
    addresses: Array.from({ length: 50 }, () => text),
  };
  const { html, text: said, subject } = alertEmail(full, CONTEXT);
  expect(Buffer.byteLength(html)).toBeLessThan(200_000);
  expect(Buffer.byteLength(said)).toBeLessThan(100_000);
  expect(subject.length).toBeLessThanOrEqual(200);
});
