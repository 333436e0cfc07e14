import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** True for `203.0.113.0/24`, `2001:db8::/32` or a single address. */
export function isNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/');
  return isAddress(address) && (bits === undefined || ipaddr.isValidCIDR(text));
}

/** ipaddr.js also takes the short forms of inet_aton ("10.1"): those are no addresses of a trail. */
function isAddress(text: string): boolean {
  return text.includes(':') ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** The address of a text, IPv4 inside IPv6 unwrapped; null when it is none (a service's DNS name, say). */
export function parseAddress(text: string): Address | null {
  return isAddress(text) ? ipaddr.process(text) : null;
}

/** A test whether an address lies in one of the networks. */
export function networkMatcher(networks: readonly string[]): (address: Address) => boolean {
  const ranges = networks.map((text) => (ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : single(text)));
  return (address) => ranges.some(([base, bits]) => base.kind() === address.kind() && address.match(base as never, bits));
}

function single(text: string): [Address, number] {
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** True for addresses that no one on the internet has: private, loopback, link-local, carrier-grade NAT. */
export function isPrivate(address: Address): boolean {
  const range = address.range();
  return range === 'private' || range === 'loopback' || range === 'linkLocal' || range === 'carrierGradeNat' || range === 'uniqueLocal';
}
