import type { RoleTag } from '../config/schema.ts';
import { onlySighting, type Sightings } from './sightings.ts';

/**
 * One part of one source object after parsing and the stateless rules: events as columns, signals, and the rows of the event
 * files, rendered. Made of typed arrays and texts only, so that a worker hands it over without copying. Text columns hold
 * indexes into `strings`, `principals` into `actors`.
 */
export interface ScoredPart {
  readonly strings: readonly string[];
  readonly actors: readonly { readonly id: string; readonly roleTag: RoleTag }[];
  readonly count: number;
  /** Four words an event. */
  readonly ids: Uint32Array;
  /** Milliseconds since 1970. */
  readonly times: Float64Array;
  readonly risks: Uint8Array;
  readonly flags: Uint8Array;
  readonly principals: Uint32Array;
  readonly accounts: Uint32Array;
  readonly regions: Uint32Array;
  readonly postureRegions: Uint32Array;
  readonly addresses: Uint32Array;
  /** Masks of controls, see core/posture/controls.ts. */
  readonly evaluated: Uint16Array;
  readonly violated: Uint16Array;
  /** Index of the event of each signal, ascending. */
  readonly signalEvents: Uint32Array;
  /** Index of the rule in the ruleset. */
  readonly signalRules: Uint32Array;
  readonly signalWeights: Float32Array;
  /** One line a signal. */
  readonly signalLines: Lines;
  /** One row an event, empty for events that are not listed. */
  readonly csv: Lines;
  readonly json: Lines;
  /** Events that may stand in the report's table, as JSON of ReportEvent: empty for the others. */
  readonly table: Lines;
  readonly sightings: Sightings;
  /** Further identities by which events of this part may be duplicates. */
  readonly aliases: readonly Alias[];
}

/** Another identity of an event than its eventID. */
export interface Alias {
  /** Index of the event in its part. */
  readonly event: number;
  /**
   * `content`: eventID is a placeholder, only equal content makes a duplicate. `shared`: the event's sharedEventID;
   * `shared-outside`: the same, on the copy that another account's trail keeps, which says less of who did it.
   */
  readonly kind: 'content' | 'shared' | 'shared-outside';
  readonly words: readonly number[];
}

/** Texts behind each other; text i is bytes[ends[i-1], ends[i]). */
export interface Lines {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

export const FLAG = { failed: 1, loginSucceeded: 2, loginFailed: 4 } as const;

/** Collects {@link Lines}. */
export class LineWriter {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #used = 0;
  #ends = new Uint32Array(1024);
  #count = 0;

  /** Sets text `index`. Indexes ascend; those left out are empty, and cost nothing. */
  put(index: number, text: string): void {
    const most = this.#used + text.length * 3;
    if (most > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(most, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    this.#fill(index);
    this.#used += this.#bytes.write(text, this.#used, 'utf8');
    this.#fill(index + 1);
  }

  /** The first `count` texts, in memory of their own; starts anew. */
  take(count: number): Lines {
    this.#fill(count);
    const { buffer, byteOffset } = this.#bytes;
    const bytes = new Uint8Array(buffer.slice(byteOffset, byteOffset + this.#used));
    const ends = this.#ends.slice(0, count);
    this.#used = 0;
    this.#count = 0;
    return { bytes, ends };
  }

  #fill(count: number): void {
    if (count > this.#ends.length) {
      const larger = new Uint32Array(Math.max(count, this.#ends.length * 2));
      larger.set(this.#ends);
      this.#ends = larger;
    }
    while (this.#count < count) {
      this.#ends[this.#count] = this.#used;
      this.#count += 1;
    }
  }
}

/** Text i of lines, as bytes. */
export function lineAt(lines: Lines, i: number): Uint8Array {
  return lines.bytes.subarray(i === 0 ? 0 : lines.ends[i - 1], lines.ends[i]);
}

/** Event `event` of a part as a part of its own, in memory of its own: keeping it does not keep the others. */
export function onlyEvent(part: ScoredPart, event: number): ScoredPart {
  const signals = [...part.signalEvents.keys()].filter((i) => part.signalEvents[i] === event);
  const strings = [part.accounts, part.regions, part.postureRegions, part.addresses].map(
    (column) => part.strings[column[event] as number] as string,
  );
  const { texts, sightings } = onlySighting(part.sightings, event, strings.length);
  return {
    strings: [...strings, ...texts.map((index) => part.strings[index] as string)],
    actors: [part.actors[part.principals[event] as number] as ScoredPart['actors'][number]],
    count: 1,
    ids: part.ids.slice(event * 4, event * 4 + 4),
    times: part.times.slice(event, event + 1),
    risks: part.risks.slice(event, event + 1),
    flags: part.flags.slice(event, event + 1),
    principals: Uint32Array.of(0),
    accounts: Uint32Array.of(0),
    regions: Uint32Array.of(1),
    postureRegions: Uint32Array.of(2),
    addresses: Uint32Array.of(3),
    evaluated: part.evaluated.slice(event, event + 1),
    violated: part.violated.slice(event, event + 1),
    signalEvents: new Uint32Array(signals.length),
    signalRules: Uint32Array.from(signals, (i) => part.signalRules[i] as number),
    signalWeights: Float32Array.from(signals, (i) => part.signalWeights[i] as number),
    signalLines: onlyLines(part.signalLines, signals),
    csv: onlyLines(part.csv, [event]),
    json: onlyLines(part.json, [event]),
    table: onlyLines(part.table, [event]),
    sightings,
    aliases: [],
  };
}

/** Some of the texts, in memory of their own. */
export function onlyLines(lines: Lines, indexes: readonly number[]): Lines {
  const texts = indexes.map((i) => lineAt(lines, i));
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (const [i, { length }] of texts.entries()) {
    end += length;
    ends[i] = end;
  }
  const bytes = new Uint8Array(end);
  for (const [i, text] of texts.entries()) bytes.set(text, (ends[i] as number) - text.length);
  return { bytes, ends };
}
