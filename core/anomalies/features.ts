import { GLOBAL, postureRegion } from '../posture/compliance.ts';
import { countryName } from './geo.ts';
import type { EntityKind, Observation } from './observation.ts';

export type FeatureName =
  | 'region'
  | 'action'
  | 'network'
  | 'country'
  | 'agent'
  | 'account-principal'
  | 'account-region'
  | 'external-account';

/** What may be new about an entity, and how it is told. */
export interface Feature {
  /** Also the track of what succeeded. */
  readonly name: FeatureName;
  /** The track of what failed. */
  readonly failedTrack: string;
  /** Values told apart; who has more of them changes all the time. */
  readonly most: number;
  /** The event's value, '' when it has none to be remembered. */
  readonly value: (event: Observation) => string;
  readonly title: string;
  /** Plural of what the values are. */
  readonly things: string;
  /** Whether a call that changes something and succeeds is of level medium. */
  readonly isGrave: boolean;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  /** The sentence without its end, `…, a region that it had not used`. */
  readonly sentence: (told: Told) => string;
  /** Whether the values in the expectation are named, or only counted. */
  readonly isNamed: boolean;
}

/** What a sentence is made of; texts are cut. */
export interface Told {
  readonly value: string;
  readonly principal: string;
  readonly account: string;
  /** `called iam:CreateUser`, or `tried iam:CreateUser` where it failed. */
  readonly did: string;
  readonly verb: 'called' | 'tried';
}

const STOLEN = { tactics: ['initial-access'], techniques: ['T1078.004'] };
const UNUSED_REGION = { tactics: ['defense-evasion'], techniques: ['T1535'] };

/** Region of an event where it says something; '' for services without one, which are recorded in one region wherever the caller is. */
function regionOf({ service, region }: Observation): string {
  return isRegional(service) ? region : '';
}

const regional = new Map<string, boolean>();

function isRegional(service: string): boolean {
  let is = regional.get(service);
  if (is === undefined) {
    is = service !== 'sts' && postureRegion(`${service}.amazonaws.com`, 'any') !== GLOBAL;
    if (regional.size >= 1000) regional.clear();
    regional.set(service, is);
  }
  return is;
}

const OF_PRINCIPALS: readonly Feature[] = tracked([
  {
    name: 'region',
    most: 64,
    value: regionOf,
    title: 'New region for a principal',
    things: 'regions',
    isGrave: true,
    ...UNUSED_REGION,
    sentence: ({ principal, did, value }) => `${principal} ${did} in ${value}, a region that it had not used`,
    isNamed: true,
  },
  {
    name: 'action',
    most: 512,
    // What a workload does changes with each deployment.
    value: ({ roleTag, action }) => (roleTag === 'service' ? '' : action),
    title: 'New action for a principal',
    things: 'actions',
    isGrave: false,
    tactics: [],
    techniques: [],
    sentence: ({ principal, verb, value }) => `${principal} ${verb} ${value}, which it had not done`,
    isNamed: false,
  },
  {
    name: 'network',
    most: 256,
    // A workload's addresses are AWS's and come and go: its country says more.
    value: ({ roleTag, network }) => (roleTag === 'service' ? '' : network),
    title: 'New network for a principal',
    things: 'networks',
    isGrave: false,
    ...STOLEN,
    sentence: ({ principal, did, value }) => `${principal} ${did} from ${value}, a network that it had not come from`,
    isNamed: true,
  },
  {
    name: 'country',
    most: 128,
    value: ({ country }) => country,
    title: 'New country for a workload',
    things: 'countries',
    isGrave: false,
    ...STOLEN,
    sentence: ({ principal, did, value }) => `${principal} ${did} from ${countryName(value)}, a country that it had not come from`,
    isNamed: true,
  },
  {
    name: 'agent',
    most: 64,
    value: ({ agent }) => agent,
    title: 'New user agent for a principal',
    things: 'user agents',
    isGrave: false,
    ...STOLEN,
    sentence: ({ principal, did, value }) => `${principal} ${did} with ${value}, a client that it had not used`,
    isNamed: true,
  },
]);

const OF_ACCOUNTS: readonly Feature[] = tracked([
  {
    name: 'account-principal',
    most: 2048,
    // Each deployment brings roles of its own.
    value: ({ roleTag, principal }) => (roleTag === 'service' ? '' : principal),
    title: 'New principal in an account',
    things: 'principals',
    isGrave: true,
    ...STOLEN,
    sentence: ({ principal, did, account }) => `${principal} ${did} in account ${account}, where it had not been seen`,
    isNamed: false,
  },
  {
    name: 'account-region',
    most: 64,
    value: regionOf,
    title: 'Region new to an account',
    things: 'regions',
    isGrave: true,
    ...UNUSED_REGION,
    sentence: ({ principal, did, value, account }) =>
      `${principal} ${did} in ${value}, a region that nobody had used in account ${account}`,
    isNamed: true,
  },
  {
    name: 'external-account',
    most: 256,
    value: ({ callerAccount }) => callerAccount,
    title: 'Another account enters for the first time',
    things: 'other accounts',
    isGrave: true,
    tactics: ['initial-access'],
    techniques: ['T1199'],
    sentence: ({ principal, did, value, account }) =>
      `${principal} of account ${value} ${did} in account ${account}, where nobody of that account had been seen`,
    isNamed: true,
  },
]);

function tracked(features: readonly Omit<Feature, 'failedTrack'>[]): Feature[] {
  return features.map((feature) => ({ ...feature, failedTrack: `${feature.name}!` }));
}

export function featuresOf(kind: EntityKind): readonly Feature[] {
  return kind === 'account' ? OF_ACCOUNTS : OF_PRINCIPALS;
}
