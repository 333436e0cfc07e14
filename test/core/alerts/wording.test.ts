import fc from 'fast-check';
import { detectionText, shortAction, shortPrincipal } from '../../../core/alerts/story.ts';
import { duration, plain } from '../../../core/wording.ts';
import { detection } from './made-item.ts';

test.each<[string, string, number, string]>([
  ['an ordinary text', 'user/alice', 50, 'user/alice'],
  ['line breaks and tabs', ' one\r\ntwo\tthree\u2028four\u0085five ', 50, 'one two three four five'],
  ['marks that turn the writing', 'user\u202enimda\u2066x\u2069', 50, 'usernimdax'],
  ['what cannot be seen', 'a\u200bd\u00adm\u2060i\ufeffn\u3164\ufff9\u0600', 50, 'admin'],
  ['halves of pairs', '\ud800 lone \udc00', 50, '\ufffd lone \ufffd'],
  ['other alphabets', 'Łukasz 李雷 مرحبا', 50, 'Łukasz 李雷 مرحبا'],
  ['piled-up accents', `e${'\u0301'.repeat(50)}`, 50, 'e\u0301\u0301\u0301'],
  ['what is too long', 'abcdefghij', 5, 'abcd…'],
  ['a pair at the cut', 'abc😀def', 5, 'abc…'],
  ['a long head that is stripped', `${'\u202e'.repeat(100)}abc`, 10, '…'],
])('%s', (_name, text, most, expected) => {
  expect(plain(text, most)).toBe(expected);
});

test('any text becomes one bounded line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), fc.integer({ min: 2, max: 100 }), (text, most) => {
      const made = plain(text, most);
      expect(made.length).toBeLessThanOrEqual(most);
      expect(made).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(made).toBe(made.trim());
      if (text.length <= most && /^[\x21-\x7e]*$/.test(text)) expect(made).toBe(text);
    }),
  );
});

test.each<[string, string]>([
  ['arn:aws:iam::111122223333:user/alice', 'user/alice'],
  ['arn:aws:iam::111122223333:root', 'root'],
  ['arn:aws-cn:iam::111122223333:role/ci/deploy', 'role/ci/deploy'],
  ['account/444455556666', 'account/444455556666'],
  ['cloudformation.amazonaws.com', 'cloudformation.amazonaws.com'],
  [
    'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_ReadOnly_0123456789abcdef/ana@example.com',
    'ana@example.com (ReadOnly)',
  ],
  ['v1qhvJO1N0HSXWV5ztX2AqEas0s=/ana@example.com', 'ana@example.com (SAML)'],
  ['arn:aws:iam::', 'arn:aws:iam::'],
  ['', 'an unknown principal'],
])('the short name of %s is %s', (principal, expected) => {
  expect(shortPrincipal(principal)).toBe(expected);
});

test.each<[string, string]>([
  ['cloudtrail.amazonaws.com:StopLogging', 'cloudtrail:StopLogging'],
  ['s3.amazonaws.com.cn:GetObject', 's3:GetObject'],
  ['example.com:Thing', 'example.com:Thing'],
])('the short name of %s is %s', (action, expected) => {
  expect(shortAction(action)).toBe(expected);
});

test.each<[string, Parameters<typeof detection>[1], string]>([
  ['one call', {}, 'iam:CreateAccessKey in eu-central-1 of account 111122223333 from 198.51.100.7'],
  [
    'one that failed',
    { errorCode: 'AccessDenied' },
    'iam:CreateAccessKey in eu-central-1 of account 111122223333 from 198.51.100.7, failed with AccessDenied',
  ],
  ['some at once', { count: 3 }, 'iam:CreateAccessKey in eu-central-1 of account 111122223333 from 198.51.100.7, 3 times'],
  ['a correlation', { detector: 'correlation:a', account: '', region: '', address: '' }, 'completed by iam:CreateAccessKey'],
  [
    'an anomaly',
    { text: 'it called iam:CreateUser, which it had not done before' },
    'it called iam:CreateUser, which it had not done before',
  ],
  ['several anomalies', { text: 'it called iam:CreateUser', count: 3 }, 'it called iam:CreateUser; the gravest of 3'],
  ['nothing known', { action: '', account: '', region: '', address: '' }, 'an event'],
])('the sentence of %s', (_name, more, expected) => {
  expect(detectionText(detection(0, more))).toBe(expected);
});

test.each<[number, string]>([
  [0, '1 s'],
  [59_000, '59 s'],
  [60_000, '1 min'],
  [3_600_000, '1 h'],
  [11_400_000, '3 h 10 min'],
  [47 * 3_600_000, '47 h'],
  [73 * 3_600_000, '3 d 1 h'],
])('%i milliseconds are %s', (milliseconds, expected) => {
  expect(duration(milliseconds)).toBe(expected);
});
