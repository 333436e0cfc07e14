import type { Factor } from '../risk/event-risk.ts';
import type { Detection } from './model.ts';

/** The stages of an intrusion, by the main tactics that belong to them. */
const STAGES: readonly (readonly string[])[] = [
  ['initial-access'],
  ['reconnaissance', 'discovery'],
  [
    'resource-development',
    'execution',
    'persistence',
    'privilege-escalation',
    'credential-access',
    'lateral-movement',
    'command-and-control',
  ],
  ['defense-evasion', 'stealth', 'defense-impairment', 'collection', 'exfiltration', 'impact'],
];

const LOOKING = 1;

const STAGE_OF: ReadonlyMap<string, number> = new Map(
  STAGES.flatMap((tactics, stage) => tactics.map((tactic) => [tactic, stage] as const)),
);

/** Time within which the stages must follow one another. */
export const SEQUENCE_SPAN = 24 * 3_600_000;
/** Stages that make a story; two are an ordinary day. */
const FEWEST = 3;
/** Share of its steps' mean weight that a story of three stages adds, and one of four. */
const SHARES: readonly number[] = [0.6, 0.7];

/** What a sequence is told by: the detections that are its steps, in order. */
export interface SequenceFactor extends Factor {
  readonly steps: readonly { readonly tactic: string; readonly title: string; readonly time: number }[];
}

type Seen = Pick<Detection, 'title' | 'tactics' | 'weight' | 'first' | 'last'>;

interface Step {
  readonly seen: Seen;
  readonly stage: number;
  readonly time: number;
}

interface Chain {
  readonly steps: readonly Step[];
  /** Of the steps' weights. */
  readonly sum: number;
}

/**
 * Factors that an incident's detections add by coming in the order of an intrusion: of the four stages getting in, looking around, taking hold and doing harm at
 * least three within a day, each by a detection's main tactic. None or one: the longest such story, of those one that began late. It
 * weighs 0.6 or 0.7 of the mean of its steps, so that what weighs little alone does not become grave by its order.
 */
export function sequenceFactors(detections: readonly Seen[]): SequenceFactor[] {
  const best = longest(stepsOf(detections));
  if (best === undefined) return [];
  const { steps, sum } = best;
  const told = steps.map(({ seen, time }) => ({ tactic: seen.tactics[0] as string, title: seen.title, time }));
  return [
    {
      text: `Within a day, one after the other: ${told.map(({ tactic, title }) => `${tactic.replaceAll('-', ' ')} (${title})`).join(', ')}`,
      weight: (sum / steps.length) * (SHARES[steps.length - FEWEST] as number),
      steps: told,
    },
  ];
}

/** When each stage was seen: of a detection that came again and again its first and its last time. */
function stepsOf(detections: readonly Seen[]): Step[] {
  const steps = detections.flatMap((seen): Step[] => {
    const stage = STAGE_OF.get(seen.tactics[0] ?? '');
    // Looking around weighs little or nothing by itself; it is what follows that makes it part of a story.
    if (stage === undefined || (seen.weight <= 0 && stage !== LOOKING)) return [];
    const first = { seen, stage, time: seen.first };
    return seen.last === seen.first ? [first] : [first, { seen, stage, time: seen.last }];
  });
  // Times are whole seconds: what happened in the same one is taken to be in order.
  return steps.sort((a, b) => a.time - b.time || a.stage - b.stage || (a.seen.title < b.seen.title ? -1 : 1));
}

/** The longest chain of rising stages within the span; undefined when none is long enough. */
function longest(steps: readonly Step[]): Chain | undefined {
  if (new Set(steps.map(({ stage }) => stage)).size < FEWEST) return undefined;
  let best: Chain | undefined;
  // By length and last stage: of such chains the one that began last has the most time left; of those that began together the heaviest counts.
  const chains = new Map<string, Chain>();
  for (const step of steps) {
    for (let length = STAGES.length; length >= 1; length -= 1) {
      const made = length === 1 ? extended(undefined, step) : heaviest(step, length, chains);
      if (made === undefined) continue;
      const key = `${length} ${step.stage}`;
      const old = chains.get(key);
      if (old === undefined || isBetter(made, old)) chains.set(key, made);
      if (length >= FEWEST && (best === undefined || length > best.steps.length || (length === best.steps.length && made.sum > best.sum)))
        best = made;
    }
  }
  return best;
}

function heaviest(step: Step, length: number, chains: ReadonlyMap<string, Chain>): Chain | undefined {
  let best: Chain | undefined;
  for (let stage = 0; stage < step.stage; stage += 1) {
    const before = chains.get(`${length - 1} ${stage}`);
    if (before === undefined || step.time - (before.steps[0] as Step).time > SEQUENCE_SPAN) continue;
    const made = extended(before, step);
    if (best === undefined || isBetter(made, best)) best = made;
  }
  return best;
}

function extended(before: Chain | undefined, step: Step): Chain {
  return { steps: [...(before?.steps ?? []), step], sum: (before?.sum ?? 0) + step.seen.weight };
}

function isBetter(one: Chain, other: Chain): boolean {
  const [start, otherStart] = [one, other].map(({ steps }) => (steps[0] as Step).time) as [number, number];
  return start > otherStart || (start === otherStart && one.sum > other.sum);
}
