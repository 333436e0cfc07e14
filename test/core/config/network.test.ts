import { isNetwork, isPrivate, networkMatcher, parseAddress } from '../../../core/config/network.ts';

test.each([
  ['203.0.113.0/24', true],
  ['203.0.113.7', true],
  ['0.0.0.0/0', true],
  ['2001:db8::/32', true],
  ['2001:db8::1', true],
  ['::/0', true],
  ['203.0.113.0/33', false],
  ['2001:db8::/129', false],
  ['203.0.113.0/-1', false],
  ['203.0.113.0/', false],
  ['203.0.113.0/24/8', false],
  ['203.0.113', false],
  ['10.1/16', false],
  ['3405803776', false],
  ['0xcb.0.0x71.1', false],
  ['example.com', false],
  ['', false],
])('%s is a network: %p', (text, expected) => {
  expect(isNetwork(text)).toBe(expected);
});

test.each([
  ['203.0.113.7', ['203.0.113.0/24'], true],
  ['203.0.114.7', ['203.0.113.0/24'], false],
  ['203.0.113.255', ['203.0.113.0/25', '203.0.113.255'], true],
  ['203.0.113.254', ['203.0.113.255'], false],
  ['2001:db8:1::1', ['2001:db8::/32'], true],
  ['2001:db9::1', ['2001:db8::/32', '0.0.0.0/0'], false],
  ['::ffff:203.0.113.7', ['203.0.113.0/24'], true],
  ['203.0.113.7', ['::/0'], false],
  ['203.0.113.7', [], false],
])('%s lies in %p: %p', (text, networks, expected) => {
  expect(networkMatcher(networks)(parseAddress(text) as NonNullable<ReturnType<typeof parseAddress>>)).toBe(expected);
});

test.each(['cloudtrail.amazonaws.com', 'AWS Internal', '203.0.113', '1', '', '203.0.113.7:443', '999.0.0.1'])(
  '%p is no address',
  (text) => {
    expect(parseAddress(text)).toBeNull();
  },
);

test.each([
  ['10.0.0.1', true],
  ['172.16.5.5', true],
  ['192.168.0.1', true],
  ['127.0.0.1', true],
  ['169.254.1.1', true],
  ['100.64.0.1', true],
  ['fd00::1', true],
  ['fe80::1', true],
  ['::1', true],
  ['::ffff:10.0.0.1', true],
  ['198.51.100.7', false],
  ['172.32.0.1', false],
  ['2600::1', false],
])('%s is private: %p', (text, expected) => {
  expect(isPrivate(parseAddress(text) as NonNullable<ReturnType<typeof parseAddress>>)).toBe(expected);
});
