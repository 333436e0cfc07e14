import { type GeoDatabase, networkOf } from './geo.ts';

/**
 * Whether an AS is only another name of networks that were known by their addresses: so they were called before a database told their AS.
 * `known` are networks as {@link networkOf} names them.
 */
export function isRenamed(network: string, known: readonly string[], { locate }: GeoDatabase): boolean {
  if (!network.startsWith('AS')) return false;
  return known.some((block) => {
    const address = block.slice(0, Math.max(0, block.indexOf('/')));
    return address !== '' && networkOf(address, locate(address)) === network;
  });
}
