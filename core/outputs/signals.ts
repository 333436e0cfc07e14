import type { IncidentSignal } from '../incidents/model.ts';
import { parseTime } from '../records/time.ts';

/** What incidents need of a line of signals.ndjson, as `signalLine` writes it. */
export function parseSignalLine(line: string): IncidentSignal {
  const s = JSON.parse(line) as Omit<IncidentSignal, 'time' | 'address'> & { time: string; sourceIPAddress: string };
  return {
    id: s.id,
    time: parseTime(s.time),
    detector: s.detector,
    title: s.title,
    level: s.level,
    tactics: s.tactics,
    techniques: s.techniques,
    principal: s.principal,
    roleTag: s.roleTag,
    account: s.account,
    region: s.region,
    address: s.sourceIPAddress,
    eventSource: s.eventSource,
    eventName: s.eventName,
    errorCode: s.errorCode,
    weight: s.weight,
    risk: s.risk,
    eventID: s.eventID,
    ...(s.text !== undefined && { text: s.text }),
    ...(s.fields !== undefined && { fields: s.fields }),
    ...(s.excepted !== undefined && { excepted: s.excepted }),
  };
}
