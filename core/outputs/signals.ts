import type { IncidentSignal } from '../incidents/model.ts';
import { parseTime } from '../records/time.ts';

/** What incidents need of a line of signals.ndjson, as `signalLine` writes it. */
export function parseSignalLine(line: string): IncidentSignal {
  const { time, sourceIPAddress, ...rest } = JSON.parse(line) as Omit<IncidentSignal, 'time' | 'address'> & {
    time: string;
    sourceIPAddress: string;
  };
  return { ...rest, time: parseTime(time), address: sourceIPAddress };
}
