import type { Detection } from '../incidents/model.ts';
import { clock, countOf, day, plain } from './wording.ts';

/** `cloudtrail:StopLogging` of `cloudtrail.amazonaws.com:StopLogging`: shorter, and nothing that a mail program takes for a link. */
export function shortAction(action: string): string {
  return plain(action.replace(/\.amazonaws\.com(\.cn)?(?=:)/, ''), 100);
}

/** `user/alice` of `arn:aws:iam::111122223333:user/alice`; what is no ARN stays as it is. */
export function shortPrincipal(principal: string): string {
  const name = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/s.exec(principal.slice(0, 2048))?.[1] ?? principal;
  return plain(name, 160) || 'an unknown principal';
}

/**
 * What one detector saw, after its time and title: `cloudtrail:StopLogging in eu-central-1 of 111122223333 from 198.51.100.7, 3 times until
 * 09:20:11, failed with AccessDenied`.
 */
export function detectionText(detection: Detection): string {
  const { account, region, address, count, first, last, errorCode } = detection;
  // An anomaly is no call.
  const parts = detection.action.startsWith('trailwarden:') ? [] : [shortAction(detection.action) || 'an event'];
  const where = plain(region, 30);
  const whose = plain(account, 20);
  if (where !== '') parts.push(`in ${where}`);
  if (whose !== '') parts.push(parts.length === 0 ? `account ${whose}` : `of ${whose}`);
  const from = plain(address, 60);
  if (from !== '') parts.push(`from ${from}`);
  const until = last - first < 1000 ? '' : ` until ${day(last) === day(first) ? '' : `${day(last)} `}${clock(last)}`;
  const times = count > 1 ? `, ${countOf(count, 'time')}${until}` : '';
  const error = plain(errorCode, 60);
  const result = error === '' ? '' : count > 1 ? `, the gravest call failed with ${error}` : `, failed with ${error}`;
  return `${parts.join(' ') || 'seen'}${times}${result}`;
}

/** `2026-11-25 09:14:05 Trail stopped: cloudtrail:StopLogging in eu-central-1 of 111122223333.` */
export function detectionSentence(detection: Detection): string {
  const { first, title, detector } = detection;
  return `${day(first)} ${clock(first)} ${plain(title, 120) || detector}: ${detectionText(detection)}.`;
}

/** Whether an incident is a silence: then its principal is what is silent, and nobody called anything. */
export function isSilence({ detections }: { readonly detections: readonly Pick<Detection, 'detector'>[] }): boolean {
  return detections.length > 0 && detections.every(({ detector }) => detector.startsWith('anomaly:silence:'));
}

/** What to do about an incident, whatever it is. */
export function askOwner(principal: string): string {
  return `Ask the owner of ${shortPrincipal(principal)} about these calls. If nobody can explain them, disable its credentials, revert the changes, and keep the trail.`;
}

/** Detections in the order in which they began. */
export function inOrder(detections: readonly Detection[]): Detection[] {
  return detections.toSorted((a, b) => a.first - b.first || a.last - b.last);
}
