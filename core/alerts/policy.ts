import type { AlertItem, IncidentItem } from '../incidents/item.ts';
import { type Level, levelRank } from '../levels.ts';
import type { Channel, Receipt, Told } from './receipt.ts';

/**
 * What a channel does about an item. `send`: tell people. `quiet`: a receipt says why not. `none`: nothing was to be told and nothing was told
 * before, so no receipt is needed. `done`: this version, or a later one, has its receipt.
 */
export type Decision =
  | { readonly verdict: 'send'; readonly why: string }
  | { readonly verdict: 'quiet'; readonly why: string }
  | { readonly verdict: 'none' }
  | { readonly verdict: 'done' };

const NONE: Decision = { verdict: 'none' };
const DONE: Decision = { verdict: 'done' };
const send = (why: string): Decision => ({ verdict: 'send', why });
const quiet = (why: string): Decision => ({ verdict: 'quiet', why });

/** What a channel does about an item, given the level from which on people are told and the channel's last receipt for it. */
export function decide(channel: Channel, item: AlertItem, threshold: Level, receipt: Receipt | undefined): Decision {
  if (receipt !== undefined && receipt.version >= item.version) return DONE;
  if (channel === 'email') return item.kind === 'incident' ? mail(item, threshold, receipt) : summaryMail(receipt?.told);
  return item.kind === 'incident' ? finding(item, threshold, receipt) : NONE;
}

function mail(item: IncidentItem, threshold: Level, receipt: Receipt | undefined): Decision {
  const told = receipt?.told;
  if (!reaches(item, threshold)) {
    return receipt === undefined ? NONE : quiet(`The level ${item.level} lies below the threshold ${threshold}.`);
  }
  if (item.backfill) return quiet('It comes from a backfill, whose summary tells of it.');
  // An incident that opened and ended while nothing could be sent has still to be told of.
  if (told === undefined) return send('It was not told of before.');
  if (item.status === 'resolved') return quiet('It is resolved, and was told of while it was open.');
  if (told.level === '' || levelRank(item.level) > levelRank(told.level)) return send(`The level rose to ${item.level}.`);
  const tactics = item.tactics.filter((tactic) => !told.tactics.includes(tactic));
  if (tactics.length > 0) return send(`It has taken to ${tactics.join(', ')}.`);
  return quiet('Neither a higher level nor a new tactic.');
}

function summaryMail(told: Told | undefined): Decision {
  return told === undefined ? send('It was not told of before.') : quiet('The backfill was told of before.');
}

function finding(item: IncidentItem, threshold: Level, receipt: Receipt | undefined): Decision {
  if (reaches(item, threshold)) return send(item.status === 'resolved' ? 'It is resolved.' : `Its level is ${item.level}.`);
  if (receipt === undefined) return NONE;
  // A finding that stands in the hub must be archived there, whatever its level has become.
  if (receipt.told !== undefined && item.status === 'resolved') return send('It is resolved.');
  return quiet(`The level ${item.level} lies below the threshold ${threshold}.`);
}

function reaches(item: IncidentItem, threshold: Level): boolean {
  return levelRank(item.level) >= levelRank(threshold);
}
