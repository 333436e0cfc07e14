import type { Detection } from '../incidents/model.ts';
import { clock, countOf, day, personName, plain } from '../wording.ts';

/** `cloudtrail:StopLogging` of `cloudtrail.amazonaws.com:StopLogging`: shorter, and nothing that a mail program takes for a link. */
export function shortAction(action: string): string {
  return plain(action.replace(/\.amazonaws\.com(\.cn)?(?=:)/, ''), 100);
}

/** `user/alice` of `arn:aws:iam::111122223333:user/alice`, `ana@example.com (ReadOnly)` of an Identity Center session; what is no ARN stays as it is. */
export function shortPrincipal(principal: string): string {
  const head = principal.slice(0, 2048);
  const name = personName(head) ?? /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/s.exec(head)?.[1] ?? principal;
  return plain(name, 160) || 'an unknown principal';
}

/**
 * What one detector saw, after its time and title: `cloudtrail:StopLogging in eu-central-1 of account 111122223333 from 198.51.100.7, 3 times
 * until 09:20:11, failed with AccessDenied`; of an anomaly its sentence.
 */
export function detectionText(detection: Detection): string {
  const { account, region, address, count, first, last, errorCode, text } = detection;
  const until = last - first < 1000 ? '' : ` until ${day(last) === day(first) ? '' : `${day(last)} `}${clock(last)}`;
  if (text !== undefined) return `${plain(text, 400)}${count > 1 ? `; the gravest of ${count.toLocaleString('en-US')}${until}` : ''}`;
  const call = shortAction(detection.action) || 'an event';
  // A correlation has the place of the event that completed it.
  const parts = [detection.detector.startsWith('correlation:') ? `completed by ${call}` : call];
  const where = plain(region, 30);
  const whose = plain(account, 20);
  if (where !== '') parts.push(`in ${where}`);
  if (whose !== '') parts.push(parts.length === 0 ? `account ${whose}` : `of account ${whose}`);
  const from = plain(address, 60);
  if (from !== '') parts.push(`from ${from}`);
  const times = count > 1 ? `, ${countOf(count, 'time')}${until}` : '';
  const error = plain(errorCode, 60);
  const result = error === '' ? '' : count > 1 ? `, the gravest call failed with ${error}` : `, failed with ${error}`;
  return `${parts.join(' ') || 'seen'}${times}${result}`;
}

/** `2026-11-25 09:14:05 Trail stopped: cloudtrail:StopLogging in eu-central-1 of account 111122223333.` */
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
