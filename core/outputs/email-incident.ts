import type { Told } from '../alerts/receipt.ts';
import { askOwner, detectionText, inOrder, isSilence, shortPrincipal } from '../alerts/story.ts';
import type { IncidentItem } from '../incidents/item.ts';
import type { Detection } from '../incidents/model.ts';
import { type Level, levelRank } from '../levels.ts';
import { clock, count, countOf, cut, day, duration, listOf, plain, utc } from '../wording.ts';
import type { EmailContext } from './email-context.ts';
import type { Advice, Block, Day, Letter, Points } from './email-letter.ts';
import { eventPage, furtherLooks } from './email-queries.ts';

const SUBJECT = 200;
const MOST_POINTS = 12;
const MOST_ENTRIES = 20;
const MOST_PLACES = 12;
const MOST_ADVICE = 5;
const MOST_FALSE_POSITIVES = 8;
const MOST_LINKS = 3;
const URGENCY: Readonly<Record<Level, string>> = {
  critical: 'Look at this now.',
  high: 'Look at this today.',
  medium: 'Look at this when you next work on the account.',
  low: 'Worth a look when there is time.',
  informational: 'For your information.',
};

/** The letter that tells of one version of an incident. */
export function incidentLetter(item: IncidentItem, context: EmailContext): Letter {
  const told = context.told !== undefined && context.told.version < item.version ? context.told : undefined;
  const principal = shortPrincipal(item.principal);
  const title = plain(item.top.title, 120) || 'Risky activity';
  const others = Math.max(0, item.detections.length - 1);
  const headline = others === 0 ? title : `${title} and ${count(others)} more`;
  const silent = isSilence(item);
  const about = silent ? principal : `${principal} in ${whereabouts(item.accounts)}`;
  const whose = silent ? `, ${cut(principal, 50)}` : ` by ${cut(principal, 50)} in ${whereabouts(item.accounts)}`;
  const badge = item.level.toUpperCase();
  return {
    subject: cut(`[Trailwarden] ${badge} ${item.risk}${change(item, told)}: ${cut(headline, 100)}${whose}`, SUBJECT),
    level: item.level,
    badge,
    risk: item.risk,
    headline,
    about,
    verdict: silent ? silenceVerdict(item) : verdict(item),
    blocks: [
      ...news(item, told),
      silent
        ? { kind: 'facts', heading: 'What and when', facts: silenceFacts(item) }
        : { kind: 'facts', heading: 'Who, where and when', facts: facts(item) },
      { kind: 'points', heading: `Why ${item.risk} points`, total: item.risk, points: points(item) },
      ...chain(item),
      story(item, context, told),
      { kind: 'advice', heading: 'What to do next', advice: advice(item) },
      ...falsePositives(item),
      { kind: 'code', heading: 'How to look further', codes: furtherLooks(item, context.trail) },
    ],
    foot: [
      `Incident ${plain(item.id, 100)}, version ${item.version}, ${item.status}. In Security Hub: trailwarden/incident/${plain(item.id, 100)}.`,
      `Written by Trailwarden ${plain(context.version, 40)} in account ${plain(context.home.account, 20)}, ${plain(context.home.region, 40)}.`,
    ],
  };
}

/** What the subject says of a mail that is not the first of its incident. */
function change(item: IncidentItem, told: Told | undefined): string {
  if (told === undefined) return '';
  if (told.level !== '' && levelRank(item.level) > levelRank(told.level)) return ` (was ${told.level})`;
  const fresh = freshTactics(item, told)[0];
  return fresh === undefined ? ' (update)' : ` (now ${cut(fresh, 30)})`;
}

function whereabouts(accounts: readonly string[]): string {
  const first = plain(accounts[0] ?? '', 20) || 'an unknown account';
  return accounts.length > 1 ? `${first} and ${countOf(accounts.length - 1, 'more account')}` : first;
}

function verdict(item: IncidentItem): string[] {
  const { detections, signals, opened, updated } = item;
  const tactics = tacticNames(item.tactics);
  const span = updated - opened < 1000 ? 'At one moment' : `Within ${duration(updated - opened)}`;
  const course = tactics.length > 1 ? `, from ${tactics[0]} to ${tactics.at(-1)}` : tactics.length === 1 ? `, all of it ${tactics[0]}` : '';
  const lines = [
    `${URGENCY[item.level]} ${span}, ${countOf(detections.length, 'detector')} raised ${countOf(signals, 'signal')} on what this principal did${course}. ${outcome(detections)}`,
  ];
  lines.push(
    item.status === 'resolved'
      ? 'The incident is over: nothing more was seen for 24 h. What was done still stands and has to be judged.'
      : 'The incident is open. You will hear again if its level rises or it takes to another tactic.',
  );
  return lines;
}

function silenceVerdict({ level, status, guidance }: IncidentItem): string[] {
  const seen = guidance[0] === undefined ? '' : ` ${plain(guidance[0].text, 700).split('. ')[0]}.`;
  return [
    `${URGENCY[level]}${seen} What happens meanwhile is not seen here.`,
    status === 'resolved'
      ? 'The incident is over: records come again. Whether those of the time between will still come, or are lost, has to be looked at.'
      : 'The incident is open until records come again.',
  ];
}

/** Whether it worked, as far as the gravest call of each detector tells. */
function outcome(detections: readonly Detection[]): string {
  const failed = detections.filter(({ errorCode }) => errorCode !== '').length;
  if (failed === 0) return detections.length === 1 ? 'The call succeeded.' : 'The calls succeeded.';
  if (failed === detections.length) return failed === 1 ? 'The call failed.' : 'The gravest call of each detector failed.';
  return `Of the gravest calls, one for each detector, ${failed} of ${detections.length} failed.`;
}

function news(item: IncidentItem, told: Told | undefined): Block[] {
  if (told === undefined) return [];
  const lines: string[] = [];
  if (told.level !== '' && told.level !== item.level) {
    lines.push(`The level went from ${told.level} (${told.risk}) to ${item.level} (${item.risk}).`);
  } else if (told.risk !== item.risk) lines.push(`The risk went from ${told.risk} to ${item.risk}.`);
  const tactics = tacticNames(freshTactics(item, told));
  if (tactics.length > 0) lines.push(`New ${tactics.length === 1 ? 'tactic' : 'tactics'}: ${listOf(tactics)}.`);
  const fresh = item.detections.filter(({ detector }) => !told.detectors.includes(detector)).length;
  if (fresh > 0) lines.push(`${countOf(fresh, 'new detection')}, marked in the story.`);
  if (item.status === 'resolved')
    lines.push(isSilence(item) ? 'Records come again: it is resolved.' : 'Nothing more was seen for 24 h: it is resolved.');
  return lines.length === 0 ? [] : [{ kind: 'news', heading: `New since the mail of ${utc(told.at)}`, lines }];
}

function freshTactics(item: IncidentItem, told: Told): string[] {
  return item.tactics.filter((tactic) => !told.tactics.includes(tactic)).map((tactic) => plain(tactic, 60));
}

function facts(item: IncidentItem): Extract<Block, { kind: 'facts' }>['facts'] {
  const first = utc(item.opened);
  return [
    { label: 'Principal', values: [plain(item.principal, 512) || 'unknown'] },
    { label: 'Role tag', values: [item.roleTag] },
    { label: item.accounts.length === 1 ? 'Account' : 'Accounts', values: places(item.accounts, 40) },
    { label: item.regions.length === 1 ? 'Region' : 'Regions', values: places(item.regions, 40) },
    { label: item.addresses.length === 1 ? 'Address' : 'Addresses', values: places(item.addresses, 80) },
    { label: 'First seen', values: [first] },
    { label: 'Last seen', values: [utc(item.updated)] },
  ];
}

function silenceFacts(item: IncidentItem): Extract<Block, { kind: 'facts' }>['facts'] {
  return [
    { label: 'Silent', values: [plain(item.principal, 512)] },
    { label: 'Evident since', values: [utc(item.opened)] },
  ];
}

function places(names: readonly string[], most: number): string[] {
  const shown = names.slice(0, MOST_PLACES).map((name) => plain(name, most) || 'unknown');
  if (names.length > MOST_PLACES) shown.push(`and ${count(names.length - MOST_PLACES)} more`);
  return shown.length === 0 ? ['unknown'] : shown;
}

/** The reasons, the heaviest by themselves, the rest in one line: shown points always add up to the risk. */
function points({ reasons, risk }: IncidentItem): Points[] {
  // One more reason takes the line that would say so.
  const most = reasons.length === MOST_POINTS + 1 ? reasons.length : MOST_POINTS;
  const shown = reasons
    .slice(0, most)
    .map((reason) => ({ text: plain(reason.text, 160) || 'A detector without a title', points: reason.points }));
  const rest = risk - shown.reduce((sum, reason) => sum + reason.points, 0);
  if (rest !== 0)
    shown.push({ text: reasons.length > most ? countOf(reasons.length - most, 'further reason') : 'Further reasons', points: rest });
  return shown;
}

function chain(item: IncidentItem): Block[] {
  const links = tacticNames(item.tactics);
  return links.length < 2 ? [] : [{ kind: 'chain', heading: 'Tactics in order', links }];
}

function tacticNames(tactics: readonly string[]): string[] {
  return tactics.slice(0, 20).map((tactic) => plain(tactic.replaceAll('-', ' '), 60) || 'unnamed tactic');
}

function story({ detections }: IncidentItem, { home }: EmailContext, told: Told | undefined): Block {
  const heaviest = detections.toSorted((a, b) => b.weight - a.weight).slice(0, MOST_ENTRIES);
  const days: { day: string; entries: Day['entries'][number][] }[] = [];
  for (const detection of inOrder(heaviest)) {
    const date = day(detection.first);
    if (days.at(-1)?.day !== date) days.push({ day: date, entries: [] });
    days.at(-1)?.entries.push({
      time: clock(detection.first),
      level: detection.level,
      title: plain(detection.title, 140) || plain(detection.detector, 140) || 'A detector without a title',
      text: detectionText(detection),
      event: plain(detection.eventID, 64),
      link: eventPage(detection, home.partition),
      fresh: told !== undefined && !told.detectors.includes(detection.detector),
    });
  }
  const left = detections.length - heaviest.length;
  const rest =
    left === 0
      ? ''
      : `${countOf(left, 'lighter detection')} left out here: the finding and the analysis below have ${left === 1 ? 'it' : 'them'}.`;
  return { kind: 'story', heading: 'What happened', days, rest };
}

function advice({ guidance, principal }: IncidentItem): Advice[] {
  const given = guidance.slice(0, MOST_ADVICE).map(({ title, text, author, references }) => ({
    title: plain(title, 140) || 'A detector without a title',
    text: plain(text, 700),
    source: author === undefined || author === 'Trailwarden' ? '' : `Rule by ${plain(author, 120)}`,
    links: references.filter(isPage).slice(0, MOST_LINKS),
  }));
  if (given.length > 0) return given;
  return [{ title: 'Find out who did this', text: askOwner(principal), source: '', links: [] }];
}

/** Only plain addresses of web pages become links. */
function isPage(address: string): boolean {
  return address.length <= 300 && /^https:\/\/[a-z0-9.-]+(\/[\w./~%#?&=+,:@()-]*)?$/i.test(address);
}

function falsePositives({ guidance }: IncidentItem): Block[] {
  const lines = guidance.flatMap(({ title, falsePositives }) =>
    falsePositives.map((text) => `${plain(title, 100)}: ${plain(text, 300)}`).filter((line) => !/: (unknown|none)?\.?$/i.test(line)),
  );
  const shown = [...new Set(lines)].slice(0, MOST_FALSE_POSITIVES);
  return shown.length === 0 ? [] : [{ kind: 'list', heading: 'When it may be harmless', lines: shown }];
}
