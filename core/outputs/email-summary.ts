import { shortPrincipal } from '../alerts/story.ts';
import type { BackfillSummaryItem } from '../incidents/item.ts';
import { LEVELS } from '../levels.ts';
import { count, countOf, day, listOf, plain, utc } from '../wording.ts';
import type { EmailContext } from './email-context.ts';
import type { Block, Letter } from './email-letter.ts';
import { analysis } from './email-queries.ts';

const MOST_RANKS = 50;

/** The one letter that tells what a backfill brought. */
export function summaryLetter(item: BackfillSummaryItem, context: EmailContext): Letter {
  const { incidents, incidentCount, objects, records, events } = item;
  const gravest = incidents[0];
  const found = incidentCount === 0 ? 'no incident' : countOf(incidentCount, 'incident');
  const peak = gravest === undefined ? '' : `, the gravest ${gravest.level.toUpperCase()} ${gravest.risk}`;
  return {
    subject: `[Trailwarden] Backfill done: ${found}${peak}`,
    level: gravest?.level ?? 'informational',
    badge: 'BACKFILL',
    risk: null,
    headline: `${found[0]?.toUpperCase()}${found.slice(1)} in the past`,
    about: `${countOf(objects, 'object')} of the trail, read again`,
    verdict: [
      incidentCount === 0
        ? 'Nothing in the logs that were read reaches the level from which on you are told.'
        : `${listOf(levelCounts(item))} ${incidentCount === 1 ? 'reaches' : 'reach'} the level from which on you are told. No single mails are sent for them; each is a finding in Security Hub where that is on.`,
    ],
    blocks: [
      {
        kind: 'facts',
        heading: 'What was read',
        facts: [
          { label: 'Objects', values: [count(objects)] },
          { label: 'Records', values: [count(records)] },
          { label: 'Events', values: [`${count(events)} after duplicates and rejects were taken out`] },
        ],
      },
      ...ranking(item),
      {
        kind: 'code',
        heading: 'How to look further',
        codes: [analysis('A report of the same logs', context.trail, since(item))],
      },
    ],
    foot: [
      `Summary ${plain(item.id, 120)}, version ${item.version}, made ${utc(item.versionAt)}.`,
      `Written by Trailwarden ${plain(context.version, 40)} in account ${plain(context.home.account, 20)}, ${plain(context.home.region, 40)}.`,
    ],
  };
}

/** `2 critical`, `10 high`, and how many are not listed. */
function levelCounts({ incidents, incidentCount }: BackfillSummaryItem): string[] {
  const counts = LEVELS.toReversed().flatMap((level) => {
    const n = incidents.filter((incident) => incident.level === level).length;
    return n === 0 ? [] : [`${count(n)} ${level}`];
  });
  const others = incidentCount - incidents.length;
  if (others > 0) counts.push(countOf(others, 'further incident'));
  else counts.push(`${counts.pop() ?? ''} ${incidentCount === 1 ? 'incident' : 'incidents'}`.trim());
  return counts;
}

function since({ incidents }: BackfillSummaryItem): string[] {
  return incidents.length === 0 ? [] : [`--since ${day(Math.min(...incidents.map(({ opened }) => opened)))}`];
}

function ranking({ incidents, incidentCount }: BackfillSummaryItem): Block[] {
  if (incidents.length === 0) return [];
  const ranks = incidents.slice(0, MOST_RANKS).map(({ principal, level, risk, opened, title, id }) => ({
    level,
    risk,
    title: plain(title, 140) || 'Risky activity',
    text: `${shortPrincipal(principal)}, from ${utc(opened)}, incident ${plain(id, 100)}`,
  }));
  const left = incidentCount - ranks.length;
  const rest = left > 0 ? `${countOf(left, 'more incident')}, less grave: see Security Hub, or analyse the logs.` : '';
  return [{ kind: 'ranking', heading: 'Incidents, gravest first', ranks, rest }];
}
