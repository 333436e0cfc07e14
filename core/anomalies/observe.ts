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
  readonly #places = new Map<string, Place>();

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
      if ((times[sighting] as number) > 0)
        take(new Sighted(part, sighting, first[sighting] as number, (address) => this.#place(address)), times[sighting] as number);
    }
  }

  #place(address: string): Place {
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

interface Place {
  readonly network: string;
  readonly country: string;
}

/** A sighting of a part as an observation. Few are ever told of, and an id takes longer to write than all the rest: it is written when asked for. */
class Sighted implements Observation {
  readonly time: number;
  readonly principal: string;
  readonly roleTag: Observation['roleTag'];
  readonly person: string;
  readonly account: string;
  readonly callerAccount: string;
  readonly region: string;
  readonly address: string;
  readonly network: string;
  readonly country: string;
  readonly action: string;
  readonly service: string;
  readonly agent: string;
  readonly failed: boolean;
  readonly denied: boolean;
  readonly isWrite: boolean;
  readonly volumes: number;
  readonly #part: ScoredPart;
  readonly #event: number;

  constructor(part: ScoredPart, sighting: number, event: number, placeOf: (address: string) => Place) {
    const { strings, actors, sightings } = part;
    const text = (column: Uint32Array, at: number) => strings[column[at] as number] as string;
    const actor = actors[part.principals[event] as number] as ScoredPart['actors'][number];
    const flags = sightings.flags[sighting] as number;
    const address = text(part.addresses, event);
    const { network, country } = placeOf(address);
    this.#part = part;
    this.#event = event;
    this.time = part.times[event] as number;
    this.principal = actor.id;
    this.roleTag = actor.roleTag;
    this.person = text(sightings.persons, sighting);
    this.account = text(part.accounts, event);
    this.callerAccount = text(sightings.callers, sighting);
    this.region = text(part.regions, event);
    this.address = network === '' ? '' : address;
    this.network = network;
    this.country = country;
    this.action = text(sightings.actions, sighting);
    this.service = this.action.slice(0, this.action.indexOf(':'));
    this.agent = text(sightings.agents, sighting);
    this.failed = (flags & SIGHTING.failed) !== 0;
    this.denied = (flags & SIGHTING.denied) !== 0;
    this.isWrite = (flags & SIGHTING.write) !== 0;
    this.volumes = sightings.volumes[sighting] as number;
  }

  get eventID(): string {
    return uuidText(this.#part.ids, this.#event * 4);
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
