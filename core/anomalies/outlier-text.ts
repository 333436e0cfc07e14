import { isoTime } from '../records/time.ts';
import type { Anomaly } from './anomaly.ts';
import { rounded } from './behaviour.ts';
import { FEATURES } from './outlier-features.ts';
import type { OutlierForest } from './outlier-forest.ts';
import type { OutlierVector } from './outlier-windows.ts';
import type { QuietHours } from './quiet-hours.ts';

/** What was found out about a window. */
export interface Outlier {
  readonly values: readonly number[];
  readonly score: number;
  /** The score that it is above. */
  readonly threshold: number;
  readonly quantile: number;
  readonly forest: OutlierForest;
  readonly quiet: QuietHours;
}

/** Distance from the threshold beyond which an outlier counts in sums. */
const FAR = 0.08;
/** It says that something is rare, not that it is bad. */
const CONFIDENCE = 0.5;
/** Characters of a name in a text. */
const LONGEST_NAME = 1024;
const MOST_FEATURES = 4;
/** Share of what isolates a window below which a feature is not worth naming. */
const LEAST_SHARE = 0.1;

/** The anomaly of an outlier: with the features that isolate it, what they are and what is usual. */
export function outlierAnomaly(
  { entity, length, from, to, principal, roleTag, account, region, address }: OutlierVector,
  { values, score, threshold, quantile, forest, quiet }: Outlier,
): Anomaly {
  const isAddress = entity.kind === 'address';
  const shares = forest.shares(values);
  const features = FEATURES.map((feature, i) => {
    const told = feature.told(values[i] as number, { isAddress, quietHours: quiet.text });
    return { i, share: shares[i] as number, text: () => `${told}, usually ${feature.usual(forest.usual(i))}` };
  })
    .sort((a, b) => b.share - a.share || a.i - b.i)
    .filter(({ share }, i) => i === 0 || share >= LEAST_SHARE)
    .slice(0, MOST_FEATURES);
  const kinds = isAddress ? 'addresses' : 'principals';
  const history = `the ${length}s of ${kinds} in the ${forest.days} days before`;
  const sampled = `${forest.windows.length.toLocaleString('en')} of ${history}`;
  return {
    detector: `anomaly:outlier:${entity.kind}`,
    entity,
    title: `Unusual ${length} of ${isAddress ? 'an address' : 'a principal'}`,
    text: `In the ${length} from ${isoTime(from)} ${entity.name.slice(0, LONGEST_NAME)} was unlike ${history}: ${features.map(({ text }) => text()).join('; ')}.`,
    level: score > threshold + FAR ? 'low' : 'informational',
    confidence: CONFIDENCE,
    tactics: [],
    techniques: [],
    time: to,
    window: [from, to],
    observed: rounded(score),
    expected: `0-${rounded(threshold)}`,
    score: rounded(score),
    reasons: [
      ...features.map(({ share, text }) => `${text()}: ${Math.round(share * 100)} % of what isolates it.`),
      `Its isolation score is ${rounded(score)}; of ${sampled} ${rounded(quantile * 100)} % are at ${rounded(forest.threshold(quantile))} or below.`,
    ],
    principal,
    roleTag,
    account,
    region,
    address,
    eventID: '',
    cause: [entity.kind, entity.name, length, isoTime(from)],
  };
}
