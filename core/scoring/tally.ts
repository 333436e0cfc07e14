import type { RoleTag } from '../config/schema.ts';
import { riskRank } from '../levels.ts';
import { noTally, type RegionTally } from '../posture/compliance.ts';
import type { Rule } from '../rules/model.ts';
import { MARK } from './duplicates.ts';
import { FLAG, lineAt, type ScoredPart } from './section.ts';
import { RiskTable } from './table.ts';

const HOUR = 3_600_000;
/** Hostile variety must not eat the memory: identities beyond these are counted together. */
const MOST_PRINCIPALS = 500_000;
const MOST_ADDRESSES = 250_000;
const MOST_ADDRESS_PRINCIPALS = 1000;
const BEYOND = '(more)';

export interface PrincipalTally {
  readonly id: string;
  readonly roleTag: RoleTag;
  /** Events per level, in the order of LEVELS. */
  readonly levels: number[];
  topRisk: number;
}

export interface AddressTally {
  readonly address: string;
  events: number;
  riskyEvents: number;
  failedEvents: number;
  readonly principals: Set<string>;
  /** Heaviest signal of each rule seen from there: rule index -> weight. */
  readonly weights: Map<number, number>;
}

export interface LoginTally {
  succeeded: number;
  failed: number;
}

/**
 * What the surfaces show, counted from scored parts in the order of reading. Holds sums per principal, address, region and hour, and the
 * rows of the report's table; never the events.
 */
export class Tally {
  readonly levels = [0, 0, 0, 0, 0];
  readonly hours = new Map<number, number[]>();
  readonly logins = new Map<number, LoginTally>();
  readonly regions = new Map<string, RegionTally>();
  readonly principals = new Map<string, PrincipalTally>();
  readonly addresses = new Map<string, AddressTally>();
  readonly accounts = new Set<string>();
  readonly awsRegions = new Set<string>();
  /** Signals per rule, by index. */
  readonly ruleSignals: number[];
  readonly table: RiskTable;
  events = 0;
  signals = 0;
  from = Number.POSITIVE_INFINITY;
  to = Number.NEGATIVE_INFINITY;
  #hour = Number.NaN;
  #hourCounts: number[] = [];

  constructor(rules: readonly Rule[], tableRows: number) {
    this.ruleSignals = rules.map(() => 0);
    this.table = new RiskTable(tableRows);
  }

  /** Counts a part; `marks` are those of {@link MARK}. */
  add(part: ScoredPart, marks: Uint8Array | null): void {
    const principals: (PrincipalTally | undefined)[] = [];
    const addresses: (AddressTally | undefined)[] = [];
    const lastThere: (PrincipalTally | undefined)[] = [];
    const regions: (RegionTally | undefined)[] = [];
    const seenAccounts = new Uint8Array(part.strings.length);
    const seenRegions = new Uint8Array(part.strings.length);
    for (let event = 0; event < part.count; event += 1) {
      if (marks !== null && marks[event] !== MARK.counts) continue;
      const risk = part.risks[event] as number;
      const rank = riskRank(risk);
      const risky = risk > 0 ? 1 : 0;
      const flags = part.flags[event] as number;
      const time = part.times[event] as number;
      this.events += 1;
      this.levels[rank] = (this.levels[rank] as number) + 1;
      if (time < this.from) this.from = time;
      if (time > this.to) this.to = time;
      this.#countHour(time, rank, flags);

      const actorIndex = part.principals[event] as number;
      let principal = principals[actorIndex];
      if (principal === undefined) {
        principal = this.#principal(part.actors[actorIndex] as ScoredPart['actors'][number]);
        principals[actorIndex] = principal;
      }
      principal.levels[rank] = (principal.levels[rank] as number) + 1;
      if (risk > principal.topRisk) principal.topRisk = risk;

      const addressIndex = part.addresses[event] as number;
      let address = addresses[addressIndex];
      if (address === undefined) {
        address = this.#address(part.strings[addressIndex] as string);
        addresses[addressIndex] = address;
      }
      address.events += 1;
      address.riskyEvents += risky;
      if (flags & FLAG.failed) address.failedEvents += 1;
      // Mostly it is the one of the event before.
      if (lastThere[addressIndex] !== principal) {
        lastThere[addressIndex] = principal;
        if (address.principals.size < MOST_ADDRESS_PRINCIPALS) address.principals.add(principal.id);
      }

      const regionIndex = part.postureRegions[event] as number;
      let region = regions[regionIndex];
      if (region === undefined) {
        region = this.#region(part.strings[regionIndex] as string);
        regions[regionIndex] = region;
      }
      region.events += 1;
      region.riskyEvents += risky;
      region.evaluated |= part.evaluated[event] as number;
      const violated = part.violated[event] as number;
      if (violated !== 0) {
        region.violating += 1;
        for (let bit = 0; bit < region.violations.length; bit += 1) {
          if (violated & (1 << bit)) region.violations[bit] = (region.violations[bit] as number) + 1;
        }
      }
      seenAccounts[part.accounts[event] as number] = 1;
      seenRegions[part.regions[event] as number] = 1;
      const ends = part.table.ends;
      if ((ends[event] as number) > (event === 0 ? 0 : (ends[event - 1] as number)) && this.table.wouldKeep(risk)) {
        this.table.add(risk, lineAt(part.table, event).slice());
      }
    }
    this.#addSignals(part, marks, addresses);
    for (const [i, text] of part.strings.entries()) {
      if (text === '') continue;
      if (seenAccounts[i] === 1) this.accounts.add(text);
      if (seenRegions[i] === 1) this.awsRegions.add(text);
    }
  }

  #addSignals(part: ScoredPart, marks: Uint8Array | null, addresses: readonly (AddressTally | undefined)[]): void {
    for (let i = 0; i < part.signalEvents.length; i += 1) {
      const event = part.signalEvents[i] as number;
      if (marks !== null && marks[event] !== MARK.counts) continue;
      const rule = part.signalRules[i] as number;
      this.signals += 1;
      this.ruleSignals[rule] = (this.ruleSignals[rule] as number) + 1;
      const weights = (addresses[part.addresses[event] as number] as AddressTally).weights;
      weights.set(rule, Math.max(weights.get(rule) ?? 0, part.signalWeights[i] as number));
    }
  }

  #countHour(time: number, rank: number, flags: number): void {
    const hour = Math.floor(time / HOUR);
    if (hour !== this.#hour) {
      this.#hour = hour;
      let counts = this.hours.get(hour);
      if (counts === undefined) {
        counts = [0, 0, 0, 0, 0];
        this.hours.set(hour, counts);
      }
      this.#hourCounts = counts;
    }
    this.#hourCounts[rank] = (this.#hourCounts[rank] as number) + 1;
    if (flags & (FLAG.loginSucceeded | FLAG.loginFailed)) {
      let logins = this.logins.get(hour);
      if (logins === undefined) {
        logins = { succeeded: 0, failed: 0 };
        this.logins.set(hour, logins);
      }
      if (flags & FLAG.loginSucceeded) logins.succeeded += 1;
      else logins.failed += 1;
    }
  }

  #principal({ id, roleTag }: ScoredPart['actors'][number]): PrincipalTally {
    const key = this.principals.has(id) || this.principals.size < MOST_PRINCIPALS ? id : BEYOND;
    let tally = this.principals.get(key);
    if (tally === undefined) {
      tally = { id: key, roleTag, levels: [0, 0, 0, 0, 0], topRisk: 0 };
      this.principals.set(key, tally);
    }
    return tally;
  }

  #address(text: string): AddressTally {
    const key = this.addresses.has(text) || this.addresses.size < MOST_ADDRESSES ? text : BEYOND;
    let tally = this.addresses.get(key);
    if (tally === undefined) {
      tally = { address: key, events: 0, riskyEvents: 0, failedEvents: 0, principals: new Set(), weights: new Map() };
      this.addresses.set(key, tally);
    }
    return tally;
  }

  #region(name: string): RegionTally {
    let tally = this.regions.get(name);
    if (tally === undefined) {
      tally = noTally();
      this.regions.set(name, tally);
    }
    return tally;
  }
}
