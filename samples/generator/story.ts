import { iso, MINUTE } from './calendar.ts';
import type { Call } from './call.ts';
import type { Random } from './random.ts';
import type { Session } from './session.ts';
import type { Stage } from './stage.ts';

export type MinLevel = 'low' | 'medium' | 'high' | 'critical';

/** A planted attack as `samples/expected.json` tells it. */
export interface Story {
  readonly id: string;
  readonly title: string;
  /** As Trailwarden names it; see DESIGN's words. */
  readonly principal: string;
  readonly account: string;
  readonly from: string;
  readonly to: string;
  /** ATT&CK tactics in the order in which the steps first serve them. */
  readonly tactics: readonly string[];
  /** The principal's incident must reach at least this level. */
  readonly minLevel: MinLevel;
  readonly events: readonly string[];
  /** The decisive steps: each must carry a signal. */
  readonly mustFind: readonly { readonly eventID: string; readonly eventName: string; readonly why: string }[];
}

/** Something unusual that a detector with a memory must find; no rule needs to know it. */
export interface PlantedAnomaly {
  readonly id: string;
  readonly title: string;
  /** The detector meant for it, as it stands in signals.ndjson. */
  readonly detector: string;
  /** Whom the detector must name. */
  readonly entity: { readonly kind: 'principal' | 'person' | 'address' | 'account' | 'region'; readonly name: string };
  readonly account: string;
  readonly from: string;
  readonly to: string;
  /** Its events; none where records are missing. */
  readonly events: readonly string[];
}

/** What looks odd, is somebody's habit, and must open no incident. */
export interface Habit {
  readonly id: string;
  readonly title: string;
  readonly principal: string;
  /** Detectors that may say nothing of the principal above informational. */
  readonly silent: readonly string[];
}

/** What a story is given: the stage, its own random stream, the day's start and a place to stand. */
export interface Scene {
  readonly stage: Stage;
  readonly random: Random;
  /** Midnight (UTC) of the story's day. */
  readonly midnight: number;
  /** Draws an attacker's address. */
  readonly attacker: () => string;
  /** The attacker's client. */
  readonly agent: string;
}

/** Writes an attack step by step onto the stage and keeps what must be found. */
export class Storyline {
  private readonly stage: Stage;
  private readonly random: Random;
  private readonly events: string[] = [];
  private readonly tactics: string[] = [];
  private readonly found: { eventID: string; eventName: string; why: string }[] = [];
  private first: number | undefined;
  private now: number;

  /** The story begins within 50 minutes of `start`. */
  constructor(scene: Scene, start: number) {
    this.stage = scene.stage;
    this.random = scene.random;
    this.now = start + this.random.int(0, 50 * MINUTE);
  }

  /** The instant of the next step. */
  get time(): number {
    return this.now;
  }

  /** Lets time pass: between two bounds in seconds. */
  wait(low: number, high: number): this {
    this.now += this.random.int(low * 1000, high * 1000);
    return this;
  }

  /** One call of the attack, some seconds after the last. `why` marks it as a decisive step. */
  step(session: Session, call: Call, region: string, tactic?: string, why?: string): this {
    const eventID = this.stage.emit(session, call, this.now, region);
    this.first ??= this.now;
    this.events.push(eventID);
    if (tactic !== undefined && !this.tactics.includes(tactic)) this.tactics.push(tactic);
    if (why !== undefined) this.found.push({ eventID, eventName: call.name, why });
    this.last = this.now;
    return this.wait(2, 45);
  }

  private last = 0;

  /** Closes the story. */
  told(about: { id: string; title: string; principal: string; account: string; minLevel: MinLevel }): Story {
    if (this.first === undefined) throw new Error(`Story ${about.id} has no steps; a story needs at least one.`);
    const { id, title, principal, account, minLevel } = about;
    return {
      id,
      title,
      principal,
      account,
      from: iso(this.first),
      to: iso(this.last),
      tactics: this.tactics,
      minLevel,
      events: this.events,
      mustFind: this.found,
    };
  }
}
