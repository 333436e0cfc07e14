import { DAYS, dayName, dayStart, HOUR } from './calendar.ts';
import { castOf } from './cast.ts';
import { changes } from './changes.ts';
import { delivered, filesOf, redelivered, type TrailFile } from './delivery.ts';
import { ACCOUNTS, DEVELOPMENT, Estate, ORGANIZATION } from './estate.ts';
import { broken, digests, type Hostile, insights, type OddFile, truncated } from './extras.ts';
import { habits } from './habits.ts';
import { hostileTexts } from './hostile.ts';
import { machines } from './machines.ts';
import { people } from './people.ts';
import { Random } from './random.ts';
import { reviewsOfAccounts } from './reviews.ts';
import { Stage } from './stage.ts';
import { stories } from './stories/all.ts';
import { isSilenced, unusual } from './stories/unusual.ts';
import type { Habit, PlantedAnomaly, Story } from './story.ts';

/** What must be found in a sample trail: the content of `samples/expected.json`. */
export interface Expected {
  readonly seed: number;
  readonly days: { readonly from: string; readonly to: string; readonly count: number };
  readonly organization: string;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** Log, insight, digest and hostile files together. */
  readonly files: number;
  readonly digests: number;
  /** Records that a reader meets that saves what can be saved from the hostile files: events + duplicates + rejects. */
  readonly records: number;
  readonly events: number;
  readonly duplicates: number;
  readonly rejects: number;
  readonly filesRejected: number;
  /** Duplicates that tell, under another eventID, what another account's copy tells too (same `sharedEventID`). */
  readonly sharedCopies: number;
  readonly hostile: readonly Hostile[];
  readonly stories: readonly Story[];
  /** What the detectors with a memory must find. */
  readonly anomalies: readonly PlantedAnomaly[];
  /** What looks odd and is none. */
  readonly habits: readonly Habit[];
  /** Days with neither a story nor an anomaly. */
  readonly quietDays: readonly string[];
}

export interface SampleTrail {
  /** Sound log files, and the insight file, by key. */
  readonly files: readonly TrailFile[];
  /** Digest files. */
  readonly digests: readonly OddFile[];
  /** The two damaged files. */
  readonly damaged: readonly OddFile[];
  readonly expected: Expected;
}

/** The whole month for a seed, in memory: the same seed gives the same records in the same files. */
export function sampleTrail({ seed }: { readonly seed: number }): SampleTrail {
  const random = new Random(`trailwarden/${seed}`);
  const stage = new Stage(random.fork('stage'), castOf(random.fork('cast')), new Estate(random.fork('estate')));
  people(stage);
  machines(stage);
  changes(stage);
  reviewsOfAccounts(stage);
  const told = stories(stage);
  const odd = habits(stage);
  const anomalies = unusual(stage, told);
  const storyDays = new Set([...told, ...anomalies].flatMap(({ from, to }) => [from.slice(0, 10), to.slice(0, 10)]));
  const quiet = Array.from({ length: DAYS }, (_, day) => day).filter((day) => !storyDays.has(dayName(day)));
  hostileTexts(stage, random.fork('hostile days').shuffle(quiet).slice(0, 2));

  const once = delivered(stage.staged.filter(({ account, region, at }) => !isSilenced(anomalies, account, region, at)));
  const storied = new Set([...told, ...anomalies].flatMap(({ events }) => events));
  const records = redelivered(once, random.fork('duplicates'));
  const all = filesOf(records, random.fork('files'));
  // A damaged file loses records; none that was planted, so that all of it can still be found.
  const expendable = all.filter(
    (file) =>
      file.key.includes(`/${DEVELOPMENT}/`) &&
      file.records.length > 40 &&
      file.records.every((record) => !storied.has(String(record.eventID))),
  );
  const [first, second] = random.fork('damage').shuffle(expendable);
  if (first === undefined || second === undefined)
    throw new Error(`Seed ${seed} leaves fewer than two files without a story to damage; 2 were expected.`);
  const cut = truncated(first);
  const garbled = broken(second);
  const insight = insights(dayStart(quiet[3] as number) + 13 * HOUR, random.fork('insight'));
  const files = [...all.filter((file) => file !== first && file !== second), insight].sort((a, b) => (a.key < b.key ? -1 : 1));
  const digestFiles = digests(files, random.fork('digests'));

  const read = [...files.flatMap((file) => file.records), ...cut.whole, ...garbled.whole];
  const unique = [...new Map(read.map((record) => [record.eventID, record])).values()];
  // Insights use the same field to pair a burst's start with its end: those are two events.
  const shared = unique.filter((record) => record.sharedEventID !== undefined && record.eventCategory !== 'Insight');
  const sharedCopies = shared.length - new Set(shared.map((record) => record.sharedEventID)).size;
  const events = unique.length - sharedCopies;
  const expected: Expected = {
    seed,
    days: { from: dayName(0), to: dayName(DAYS - 1), count: DAYS },
    organization: ORGANIZATION,
    accounts: ACCOUNTS,
    regions: [...new Set(read.map((record) => String(record.awsRegion)))].sort(),
    files: files.length + digestFiles.length + 2,
    digests: digestFiles.length,
    records: read.length + garbled.hostile.recordsBroken,
    events,
    duplicates: read.length - events,
    rejects: garbled.hostile.recordsBroken,
    filesRejected: cut.hostile.filesRejected,
    sharedCopies,
    hostile: [cut.hostile, garbled.hostile],
    stories: told,
    anomalies,
    habits: odd,
    quietDays: quiet.map(dayName),
  };
  return { files, digests: digestFiles, damaged: [cut, garbled], expected };
}

/** The trail's sound log files for a seed, in the order of their keys. */
export function generate({ seed }: { readonly seed: number }): Iterable<TrailFile> {
  return sampleTrail({ seed }).files;
}
