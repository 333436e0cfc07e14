import { CONTROLS, controlIds } from './controls.ts';

/** Services whose events belong to no region: they are measured under {@link GLOBAL}. */
const GLOBAL_SOURCES = new Set([
  'iam.amazonaws.com',
  'signin.amazonaws.com',
  'organizations.amazonaws.com',
  'account.amazonaws.com',
  'route53.amazonaws.com',
  'route53domains.amazonaws.com',
  'cloudfront.amazonaws.com',
  'globalaccelerator.amazonaws.com',
  'shield.amazonaws.com',
  'billingconsole.amazonaws.com',
  'budgets.amazonaws.com',
  'ce.amazonaws.com',
  'support.amazonaws.com',
]);

export const GLOBAL = 'global';

/** Regions that every account has without opting in: the summary names them even when they are silent. */
export const DEFAULT_REGIONS: readonly string[] = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'sa-east-1',
];

/** Where an event is measured: its region, or `global` for services without one. */
export function postureRegion(eventSource: string, region: string): string {
  return GLOBAL_SOURCES.has(eventSource) || region === '' ? GLOBAL : region;
}

/** What was seen in one region. */
export interface RegionTally {
  events: number;
  riskyEvents: number;
  /** Events that violate at least one control. */
  violating: number;
  /** Mask of controls for which events came that could have violated them. */
  evaluated: number;
  /** Violations per control, in the order of CONTROLS. */
  readonly violations: number[];
}

export function noTally(): RegionTally {
  return { events: 0, riskyEvents: 0, violating: 0, evaluated: 0, violations: CONTROLS.map(() => 0) };
}

export interface RegionCompliance {
  readonly region: string;
  readonly events: number;
  readonly riskyEvents: number;
  readonly controlsEvaluated: number;
  readonly controlsFailed: number;
  /** Share of the evaluated controls without a violation, 0-100 with one decimal; null: no data. */
  readonly controlCompliance: number | null;
  /** Share of the events that violate no control, 0-100 with one decimal; null: no data. */
  readonly eventCompliance: number | null;
  readonly violations: Readonly<Record<string, number>>;
}

/**
 * Compliance per region, `global` first, then regions by name. An indicator from logs: it shows violations that were recorded,
 * never that a control is in place. Regions of `expected` without events have no data, which is not 100 %.
 */
export function complianceByRegion(tallies: ReadonlyMap<string, RegionTally>, expected: readonly string[]): RegionCompliance[] {
  const regions = [...new Set([GLOBAL, ...[...tallies.keys(), ...expected].filter((region) => region !== GLOBAL).sort()])];
  return regions.map((region) => compliance(region, tallies.get(region) ?? noTally()));
}

function compliance(region: string, tally: RegionTally): RegionCompliance {
  const evaluated = controlIds(tally.evaluated);
  const violations: Record<string, number> = {};
  for (const [i, count] of tally.violations.entries()) if (count > 0) violations[CONTROLS[i]?.id as string] = count;
  const failed = Object.keys(violations).length;
  return {
    region,
    events: tally.events,
    riskyEvents: tally.riskyEvents,
    controlsEvaluated: evaluated.length,
    controlsFailed: failed,
    controlCompliance: evaluated.length === 0 ? null : share(evaluated.length - failed, evaluated.length),
    eventCompliance: tally.events === 0 ? null : share(tally.events - tally.violating, tally.events),
    violations,
  };
}

/** Percentage with one decimal, never rounded up to 100 nor down to 0 while something stands against it. */
function share(part: number, whole: number): number {
  const percent = Math.round((1000 * part) / whole) / 10;
  if (percent === 100 && part < whole) return 99.9;
  return percent === 0 && part > 0 ? 0.1 : percent;
}
