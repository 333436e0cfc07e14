import { isoTime } from '../records/time.ts';
import type { Correlated } from '../rules/correlation.ts';

/** A line of signals.ndjson for what a correlation found, with its line break: the keys are those of a rule's signal. */
export function correlationLine({ rule, signal, evidence }: Correlated): string {
  const { time, eventID, id, detector, title, level, tactics, techniques, principal, roleTag, account, region, address } = signal;
  const { eventSource, eventName, errorCode, risk, weight, excepted, fields } = signal;
  const line = {
    time: isoTime(time),
    eventID,
    id,
    detector,
    ruleFile: rule.file,
    title,
    level,
    tactics,
    techniques,
    controls: rule.controls,
    principal,
    roleTag,
    account,
    region,
    sourceIPAddress: address,
    eventSource,
    eventName,
    errorCode,
    risk,
    weight: Math.round(weight * 10_000) / 10_000,
    excepted,
    evidence,
    fields,
    author: rule.author,
    license: rule.license,
  };
  return `${JSON.stringify(line)}\n`;
}
