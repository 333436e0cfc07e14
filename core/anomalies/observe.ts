import { isPrivate, networkMatcher, parseAddress } from '../config/network.ts';
import type { Config } from '../config/schema.ts';
import { uuidText } from '../records/identifier.ts';
import { MARK } from '../scoring/duplicates.ts';
import type { ScoredPart } from '../scoring/section.ts';
import { NO_SIGHTING, SIGHTING } from '../scoring/sightings.ts';
import { addressBlock, type Locate, networkOf } from './geo.ts';
import type { Observation } from './observation.ts';

const MOST_PLACES = 50_000;

/** An observer that takes the trusted networks of a configuration for places that say nothing. */
export function observerOf({ trustedNetworks }: Pick<Config, 'trustedNetworks'>, locate: Locate = () => null): Observer {
  const isTrusted = networkMatcher(trustedNetworks);
  return new Observer(locate, (text) => {
    const address = parseAddress(text);
    return address !== null && (isPrivate(address) || isTrusted(address));
  });
}

/** Turns the sightings of parts into observations: what an address belongs to is looked up once for each. */
export class Observer {
  readonly #locate: Locate;
  readonly #isTrusted: (address: string) => boolean;
  readonly #places = new Map<string, { readonly network: string; readonly country: string }>();

  /** `locate` tells where addresses are; `isTrusted` which say nothing of where people are. */
  constructor(locate: Locate, isTrusted: (address: string) => boolean) {
    this.#locate = locate;
    this.#isTrusted = isTrusted;
  }

  /**
   * Hands over what a part shows: each sighting at its first event that counts, with how many there were. `marks` are those of {@link MARK};
   * events up to `previous` are late, and not observed.
   */
  observe(part: ScoredPart, marks: Uint8Array | null, previous: number, take: (event: Observation, times: number) => void): void {
    const { of, actions } = part.sightings;
    const times = new Uint32Array(actions.length);
    const first = new Uint32Array(actions.length);
    for (let event = 0; event < part.count; event += 1) {
      const sighting = of[event] as number;
      if (sighting === NO_SIGHTING || (marks !== null && marks[event] !== MARK.counts) || (part.times[event] as number) <= previous)
        continue;
      if ((times[sighting] as number) === 0 || isBefore(part, event, first[sighting] as number)) first[sighting] = event;
      times[sighting] = (times[sighting] as number) + 1;
    }
    for (let sighting = 0; sighting < times.length; sighting += 1) {
      if ((times[sighting] as number) > 0) take(this.#observation(part, sighting, first[sighting] as number), times[sighting] as number);
    }
  }

  #observation(part: ScoredPart, sighting: number, event: number): Observation {
    const { strings, actors, sightings } = part;
    const text = (column: Uint32Array, at: number) => strings[column[at] as number] as string;
    const actor = actors[part.principals[event] as number] as ScoredPart['actors'][number];
    const flags = sightings.flags[sighting] as number;
    const action = text(sightings.actions, sighting);
    const address = text(part.addresses, event);
    const { network, country } = this.#place(address);
    return {
      time: part.times[event] as number,
      eventID: uuidText(part.ids, event * 4),
      principal: actor.id,
      roleTag: actor.roleTag,
      person: text(sightings.persons, sighting),
      account: text(part.accounts, event),
      callerAccount: text(sightings.callers, sighting),
      region: text(part.regions, event),
      address: network === '' ? '' : address,
      network,
      country,
      action,
      service: action.slice(0, action.indexOf(':')),
      agent: text(sightings.agents, sighting),
      failed: (flags & SIGHTING.failed) !== 0,
      denied: (flags & SIGHTING.denied) !== 0,
      isWrite: (flags & SIGHTING.write) !== 0,
      volumes: sightings.volumes[sighting] as number,
    };
  }

  #place(address: string): { readonly network: string; readonly country: string } {
    let place = this.#places.get(address);
    if (place === undefined) {
      if (this.#places.size >= MOST_PLACES) this.#places.clear();
      const found = addressBlock(address) === '' ? null : this.#locate(address);
      place = { network: networkOf(address, found), country: found === null || this.#isTrusted(address) ? '' : found.country };
      this.#places.set(address, place);
    }
    return place;
  }
}

/** By time, then by id: whichever part holds it, the first event is the same. */
function isBefore({ times, ids }: ScoredPart, a: number, b: number): boolean {
  if (times[a] !== times[b]) return (times[a] as number) < (times[b] as number);
  for (let word = 0; word < 4; word += 1) {
    if (ids[a * 4 + word] !== ids[b * 4 + word]) return (ids[a * 4 + word] as number) < (ids[b * 4 + word] as number);
  }
  return false;
}
