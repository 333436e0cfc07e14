import { agentFamily } from '../anomalies/agents.ts';
import { isPrivate, networkMatcher, parseAddress } from '../config/network.ts';
import type { Config, RoleTag } from '../config/schema.ts';
import { riskRank } from '../levels.ts';
import { describeOrigin, eventRows, signalLine, tableRow } from '../outputs/rows.ts';
import { postureRegion } from '../posture/compliance.ts';
import { controlBit } from '../posture/controls.ts';
import { contentWords, uuidWords } from '../records/identifier.ts';
import type { Principal } from '../records/principal.ts';
import type { Taken } from '../records/reader.ts';
import type { TrailRecord } from '../records/record.ts';
import { CONTEXT, detectorWeight, eventRisk, type Factor, NO_RISK, type Risk } from '../risk/event-risk.ts';
import { Exceptions, type Excepts, namesOf } from '../risk/exceptions.ts';
import { RoleTags } from '../risk/role-tags.ts';
import { detectorOfRule } from '../rules/correlation.ts';
import { judgesFailure } from '../rules/failure.ts';
import type { Rule } from '../rules/model.ts';
import type { RuleSet } from '../rules/ruleset.ts';
import { type Filters, filterTest } from './filters.ts';
import type { Action, Actor, Found, Origin, RowPlan, ScoredEvent } from './model.ts';
import { type Alias, FLAG, LineWriter, type ScoredPart } from './section.ts';
import { isDenied, isWrite, NO_SIGHTING, SIGHTING, SightingTable, sightingMarks, VOLUME_BIT, volumesOf } from './sightings.ts';

/** Events a part holds at most. */
const PART = 8192;
const MOST_ACTIONS = 50_000;
const MOST_ACTORS = 50_000;
/** Texts of agents and errors that are remembered: they are the caller's. */
const MOST_TEXTS = 10_000;

export interface ScorerOptions {
  readonly rules: RuleSet;
  readonly config: Config;
  readonly filters: Filters;
  readonly rows: RowPlan;
}

/**
 * Scores the records of one source object after another with everything that needs no memory: principal, role tag, rules,
 * risk, controls. Gives columns and rendered rows in parts of bounded size.
 */
export class Scorer {
  readonly #rules: RuleSet;
  readonly #rows: RowPlan;
  readonly #wanted: ReturnType<typeof filterTest>;
  readonly #roleTags: RoleTags;
  readonly #failedShare: number;
  readonly #isTrusted: ((address: NonNullable<ReturnType<typeof parseAddress>>) => boolean) | null;
  readonly #weights: readonly number[];
  readonly #judgesFailure: readonly boolean[];
  /** For each rule; undefined where no exception names it. */
  readonly #exceptions: readonly (Excepts | undefined)[];
  readonly #controlBits: readonly number[];
  readonly #anyEvaluated: number;
  readonly #evaluatedBySource: ReadonlyMap<string, number>;
  readonly #actions = new Map<string, Map<string, Action>>();
  #actionCount = 0;
  readonly #actors = new Map<Principal, Actor>();
  readonly #denials = new Map<string, boolean>();
  readonly #agents = new Map<string, string>();
  readonly #columns = new Columns();
  readonly #emit: (part: ScoredPart) => void;
  #origin: Origin = describeOrigin('');
  #wantsPlain = false;

  constructor(options: ScorerOptions, emit: (part: ScoredPart) => void) {
    const { rules } = options.rules;
    this.#rules = options.rules;
    this.#rows = options.rows;
    this.#emit = emit;
    this.#wanted = filterTest(options.filters);
    this.#roleTags = new RoleTags(options.config);
    this.#failedShare = options.config.risk.failedShare;
    const trusted = options.config.trustedNetworks;
    this.#isTrusted = trusted.length === 0 ? null : networkMatcher(trusted);
    this.#weights = rules.map(({ level, status }) => detectorWeight(level, status));
    this.#judgesFailure = rules.map(({ condition }) => judgesFailure(condition));
    const exceptions = new Exceptions(options.config.exceptions);
    this.#exceptions = rules.map((rule) => exceptions.of(namesOf(detectorOfRule(rule.id), rule)));
    this.#controlBits = rules.map(({ controls }) => controls.reduce((mask, id) => mask | controlBit(id), 0));
    const bySource = new Map<string, number>();
    let any = 0;
    for (const [i, { sources }] of rules.entries()) {
      const bits = this.#controlBits[i] as number;
      if (bits === 0) continue;
      if (sources === undefined) any |= bits;
      for (const source of sources ?? []) bySource.set(source, (bySource.get(source) ?? 0) | bits);
    }
    this.#anyEvaluated = any;
    this.#evaluatedBySource = bySource;
  }

  /** Starts a source object. `wantsPlain`: the report's table may still have room for events without risk. */
  begin(origin: string, wantsPlain: boolean): void {
    this.#origin = describeOrigin(origin);
    this.#wantsPlain = wantsPlain;
  }

  /** Scores one record; `index` is its place in its file. */
  take(record: TrailRecord, index: number): Taken {
    const account = record.account;
    const region = record.region;
    if (this.#wanted !== null && !this.#wanted(record.time, account, region)) return 'excluded';
    const action = this.#action(record.eventSource, record.eventName);
    const actor = this.#actor(record.who);
    const failed = record.errorCode !== '' || (action.isLogin && loginResult(record) === 'Failure');
    const matches = this.#rules.match(action.candidates, record);
    const found = matches.length === 0 ? NOTHING : this.#weigh(matches, record, actor, failed);
    const risk = found.length === 0 ? NO_RISK : this.#risk(found, record, actor, failed);
    let violated = 0;
    for (let i = 0; i < matches.length; i += 1) violated |= this.#controlBits[matches[i] as number] as number;

    const columns = this.#columns;
    const event = columns.count;
    for (let word = 0; word < 4; word += 1) columns.ids[event * 4 + word] = record.id[word] as number;
    columns.times[event] = record.time;
    columns.risks[event] = risk.risk;
    columns.flags[event] = (failed ? FLAG.failed : 0) | (action.isLogin ? (failed ? FLAG.loginFailed : FLAG.loginSucceeded) : 0);
    columns.principals[event] = columns.actor(actor);
    columns.accounts[event] = columns.string(account);
    columns.regions[event] = columns.string(region);
    columns.postureRegions[event] = columns.string(postureRegion(record.eventSource, region));
    columns.addresses[event] = columns.string(record.address);
    columns.evaluated[event] = action.evaluated;
    columns.violated[event] = violated;
    columns.sightings[event] = this.#sighting(event, record, action, actor, failed);
    columns.count += 1;
    this.#noteAliases(event, record, actor.principal);

    const rank = riskRank(risk.risk);
    const listed = rank >= this.#rows.minRank && (this.#rows.events === 'all' || risk.risk > 0);
    const tabled = rank >= this.#rows.minRank && this.#rows.table && (risk.risk > 0 || this.#wantsPlain);
    if (listed || tabled || found.length > 0) {
      const scored: ScoredEvent = { record, actor, account, risk, found, controls: violated, origin: this.#origin, index };
      if (listed) {
        const { csv, json } = eventRows(scored);
        columns.csv.put(event, csv);
        columns.json.put(event, json);
      }
      if (tabled) columns.table.put(event, tableRow(scored));
      for (let i = 0; i < found.length; i += 1) {
        const signal = found[i] as Found;
        columns.signalLines.put(columns.signalEvents.length, signalLine(scored, signal));
        columns.signalEvents.push(event);
        columns.signalRules.push(matches[i] as number);
        columns.signalWeights.push(signal.weight);
      }
    }
    if (columns.count === PART) this.flush();
    return 'event';
  }

  /** Index of the event's sighting: what the detectors with a memory see of it. */
  #sighting(event: number, record: TrailRecord, action: Action, { principal }: Actor, failed: boolean): number {
    const { kind } = principal;
    if (kind === 'service' || kind === 'service-linked-role') return NO_SIGHTING;
    const columns = this.#columns;
    const isPerson = kind !== 'account' && kind !== 'unknown';
    const person = !isPerson ? '' : kind === 'role' ? `${principal.id}/${record.session}` : principal.id;
    const denied = failed && this.#isDenied(record.errorCode);
    const bucket = Math.floor(record.time / (isPerson ? 60_000 : 3_600_000)) | 0;
    let { volumes } = action;
    if (failed) volumes = (denied ? VOLUME_BIT['denied-calls'] : 0) | (action.isLogin ? VOLUME_BIT['failed-logins'] : 0);
    const flags = (failed ? SIGHTING.failed : 0) | (denied ? SIGHTING.denied : 0) | (action.isWrite ? SIGHTING.write : 0);
    const caller = principal.account !== '' && principal.account !== record.account ? principal.account : '';
    return columns.sightingTable.index(
      bucket,
      columns.principals[event] as number,
      columns.accounts[event] as number,
      columns.regions[event] as number,
      columns.addresses[event] as number,
      columns.string(action.text),
      columns.string(this.#agent(record.userAgent)),
      columns.string(person),
      sightingMarks(volumes, flags),
      columns.string(caller),
    );
  }

  #isDenied(errorCode: string): boolean {
    let denied = this.#denials.get(errorCode);
    if (denied === undefined) {
      if (this.#denials.size >= MOST_TEXTS) this.#denials.clear();
      denied = isDenied(errorCode);
      this.#denials.set(errorCode, denied);
    }
    return denied;
  }

  #agent(userAgent: string): string {
    let family = this.#agents.get(userAgent);
    if (family === undefined) {
      if (this.#agents.size >= MOST_TEXTS) this.#agents.clear();
      family = agentFamily(userAgent);
      this.#agents.set(userAgent, family);
    }
    return family;
  }

  /** Emits what is held. */
  flush(): void {
    if (this.#columns.count > 0) this.#emit(this.#columns.take());
  }

  #weigh(matches: readonly number[], record: TrailRecord, actor: Actor, failed: boolean): readonly Found[] {
    const byService = actor.principal.kind === 'service' || actor.principal.kind === 'service-linked-role';
    return matches.map((rule) => {
      // What AWS does on the account's behalf is shown, and weighs nothing.
      const excepted = this.#exceptions[rule]?.(actor.principal.id, record.address, record.account, record.time);
      const share = byService || excepted !== undefined ? 0 : failed && !(this.#judgesFailure[rule] as boolean) ? this.#failedShare : 1;
      return {
        rule: this.#rules.rules[rule] as Rule,
        weight: (this.#weights[rule] as number) * share,
        evidence: this.#rules.evidence(rule, record),
        ...(excepted !== undefined && { excepted }),
      };
    });
  }

  #risk(found: readonly Found[], record: TrailRecord, actor: Actor, failed: boolean): Risk {
    const note = failed ? ` (failed${record.errorCode === '' ? '' : `: ${record.errorCode}`})` : '';
    const signals: Factor[] = found.map(({ rule, weight }) => ({ text: `${rule.title}${note}`, weight }));
    return eventRisk(signals, this.#context(record, actor));
  }

  #context(record: TrailRecord, { principal }: Actor): Factor[] {
    const context: Factor[] = [];
    if (principal.kind === 'root') context.push(CONTEXT.root);
    if (principal.kind === 'account') context.push(CONTEXT.external);
    if ((principal.kind === 'user' || principal.kind === 'root') && withoutMfa(record)) context.push(CONTEXT.noMfa);
    if (this.#isTrusted !== null) {
      const address = parseAddress(record.address);
      if (address !== null && !isPrivate(address) && !this.#isTrusted(address)) context.push(CONTEXT.outside);
    }
    return context;
  }

  #action(source: string, name: string): Action {
    let names = this.#actions.get(source);
    let action = names?.get(name);
    if (action === undefined) {
      if (this.#actionCount >= MOST_ACTIONS) {
        this.#actions.clear();
        this.#actionCount = 0;
        names = undefined;
      }
      if (names === undefined) {
        names = new Map();
        this.#actions.set(source, names);
      }
      action = {
        source,
        name,
        candidates: this.#rules.candidates(source, name),
        evaluated: this.#anyEvaluated | (this.#evaluatedBySource.get(source.toLowerCase()) ?? 0),
        isLogin: source === 'signin.amazonaws.com' && name === 'ConsoleLogin',
        text: `${source.replace(/\.amazonaws\.com$/, '')}:${name}`,
        isWrite: isWrite(name),
        volumes: volumesOf(source, name),
      };
      names.set(name, action);
      this.#actionCount += 1;
    }
    return action;
  }

  #actor(principal: Principal): Actor {
    let actor = this.#actors.get(principal);
    if (actor === undefined) {
      if (this.#actors.size >= MOST_ACTORS) this.#actors.clear();
      actor = { principal, roleTag: this.#roleTags.tag(principal) };
      this.#actors.set(principal, actor);
    }
    return actor;
  }

  #noteAliases(event: number, record: TrailRecord, principal: Principal): void {
    if (record.hasWeakId) {
      const words = new Uint32Array(4);
      contentWords(record.raw, words);
      this.#columns.aliases.push({ event, kind: 'content', words: [...words] });
    }
    // Insights use the same field to pair the start of a burst with its end: those are two events.
    const shared = record.category === 'Insight' ? '' : record.sharedEventID;
    if (shared.length !== 36) return;
    const words = new Uint32Array(4);
    if (!uuidWords(Buffer.from(shared, 'latin1'), 0, 36, words)) return;
    this.#columns.aliases.push({ event, kind: principal.kind === 'account' ? 'shared-outside' : 'shared', words: [...words] });
  }
}

const NOTHING: readonly Found[] = [];

/** `Success` or `Failure` of a ConsoleLogin, '' when the record does not say. */
function loginResult(record: TrailRecord): string {
  const elements = record.top('responseElements') as { ConsoleLogin?: unknown } | null | undefined;
  return typeof elements === 'object' && elements !== null && typeof elements.ConsoleLogin === 'string' ? elements.ConsoleLogin : '';
}

function withoutMfa(record: TrailRecord): boolean {
  const identity = record.top('userIdentity') as { sessionContext?: { attributes?: { mfaAuthenticated?: unknown } } } | undefined;
  const mfa = identity?.sessionContext?.attributes?.mfaAuthenticated;
  return mfa === 'false' || mfa === false;
}

/** The columns of the part in hand. */
class Columns {
  count = 0;
  readonly ids = new Uint32Array(PART * 4);
  readonly times = new Float64Array(PART);
  readonly risks = new Uint8Array(PART);
  readonly flags = new Uint8Array(PART);
  readonly principals = new Uint32Array(PART);
  readonly accounts = new Uint32Array(PART);
  readonly regions = new Uint32Array(PART);
  readonly postureRegions = new Uint32Array(PART);
  readonly addresses = new Uint32Array(PART);
  readonly evaluated = new Uint16Array(PART);
  readonly violated = new Uint16Array(PART);
  readonly sightings = new Uint32Array(PART);
  readonly sightingTable = new SightingTable();
  readonly csv = new LineWriter();
  readonly json = new LineWriter();
  readonly table = new LineWriter();
  readonly signalLines = new LineWriter();
  signalEvents: number[] = [];
  signalRules: number[] = [];
  signalWeights: number[] = [];
  aliases: Alias[] = [];
  #strings: string[] = [];
  #indexes = new Map<string, number>();
  #actors: { id: string; roleTag: RoleTag }[] = [];
  #actorIndexes = new Map<Actor, number>();

  /** Index of a text in the part's strings. */
  string(text: string): number {
    let index = this.#indexes.get(text);
    if (index === undefined) {
      index = this.#strings.length;
      this.#strings.push(text);
      this.#indexes.set(text, index);
    }
    return index;
  }

  /** Index of a principal in the part's actors. */
  actor(actor: Actor): number {
    let index = this.#actorIndexes.get(actor);
    if (index === undefined) {
      index = this.#actors.length;
      this.#actors.push({ id: actor.principal.id, roleTag: actor.roleTag });
      this.#actorIndexes.set(actor, index);
    }
    return index;
  }

  take(): ScoredPart {
    const n = this.count;
    const part: ScoredPart = {
      strings: this.#strings,
      actors: this.#actors,
      count: n,
      ids: this.ids.slice(0, n * 4),
      times: this.times.slice(0, n),
      risks: this.risks.slice(0, n),
      flags: this.flags.slice(0, n),
      principals: this.principals.slice(0, n),
      accounts: this.accounts.slice(0, n),
      regions: this.regions.slice(0, n),
      postureRegions: this.postureRegions.slice(0, n),
      addresses: this.addresses.slice(0, n),
      evaluated: this.evaluated.slice(0, n),
      violated: this.violated.slice(0, n),
      signalEvents: Uint32Array.from(this.signalEvents),
      signalRules: Uint32Array.from(this.signalRules),
      signalWeights: Float32Array.from(this.signalWeights),
      signalLines: this.signalLines.take(this.signalEvents.length),
      csv: this.csv.take(n),
      json: this.json.take(n),
      table: this.table.take(n),
      sightings: this.sightingTable.take(this.sightings.slice(0, n)),
      aliases: this.aliases,
    };
    this.count = 0;
    this.signalEvents = [];
    this.signalRules = [];
    this.signalWeights = [];
    this.aliases = [];
    this.#strings = [];
    this.#indexes = new Map();
    this.#actors = [];
    this.#actorIndexes = new Map();
    return part;
  }
}
