import type { Fact } from './facts.ts';

/** ok: nothing to do. look: works, and deserves a look. broken: does not do its work. unknown: could not be seen. */
export const STATUSES = ['ok', 'look', 'broken', 'unknown'] as const;
export type Status = (typeof STATUSES)[number];

export interface Check {
  /** Stable, for programs; docs/operations.md explains each. */
  readonly id: string;
  readonly group: 'Deployment' | 'Trail' | 'Queues' | 'Runs' | 'Alerts';
  readonly title: string;
  readonly status: Status;
  /** What was seen, as sentences. */
  readonly seen: string;
  /** What to do, as sentences; absent where there is nothing to do. */
  readonly todo?: string;
  /** Commands that do it or show more, to be copied. */
  readonly commands?: readonly string[];
}

export type Topic = Pick<Check, 'id' | 'group' | 'title'>;
export type Verdict = Omit<Check, keyof Topic>;

/** The verdict over a fact; where it was not seen, `unknown` with the reason. */
export function judge<T>(topic: Topic, fact: Fact<T>, verdict: (value: T) => Verdict): Check {
  return { ...topic, ...(fact.kind === 'seen' ? verdict(fact.value) : unseen(fact)) };
}

/** Why a fact was not seen. */
export function unseen(fact: Exclude<Fact<unknown>, { kind: 'seen' }>): Verdict {
  switch (fact.kind) {
    case 'denied':
      return {
        status: 'unknown',
        seen: `AWS denied ${fact.permission}.`,
        todo: `Allow ${fact.permission} to the credentials that doctor runs with.`,
      };
    case 'gone':
      return {
        status: 'broken',
        seen: `It does not exist: ${fact.reason}`,
        todo: 'Was it deleted by hand? Deploy again; what CloudFormation still takes for existing must first be restored, or its stack deleted.',
      };
    case 'failed':
      return { status: 'unknown', seen: fact.reason, todo: 'Try again. If it stays, look into the reason above.' };
    case 'unasked':
      return { status: 'unknown', seen: fact.reason };
  }
}

/** The value of a fact that was seen, else undefined. */
export function seenIn<T>(fact: Fact<T>): T | undefined {
  return fact.kind === 'seen' ? fact.value : undefined;
}
