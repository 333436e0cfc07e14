import type { Finding } from '../outputs/asff.ts';
import { ENOUGH_TIME, type Outcome } from './outcome.ts';
import type { AlertPorts, ImportAnswer, ServiceError } from './ports.ts';

/** Limits of one BatchImportFindings call; the bytes leave room for what is around the findings. */
const MOST_FINDINGS = 100;
const MOST_BYTES = 6_000_000 - 100_000;
const TRIES = 5;
const FIRST_WAIT = 250;

type Ports = Pick<AlertPorts, 'importFindings' | 'wait' | 'remaining'>;

/**
 * Imports findings, in calls of at most 100 and 6 MB, and gives the outcome of each by its Id. What is throttled is tried five times in some
 * four seconds. A finding that the hub does not accept costs itself, never its neighbours.
 * @see https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html
 */
export async function importAll(findings: readonly Finding[], ports: Ports): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const call of calls(findings)) {
    await importCall(call, ports, outcomes);
    const off = [...outcomes.values()].find(({ status }) => status === 'off');
    if (off === undefined) continue;
    for (const { Id } of findings) if (!outcomes.has(Id)) outcomes.set(Id, off);
    break;
  }
  return outcomes;
}

async function importCall(findings: readonly Finding[], ports: Ports, outcomes: Map<string, Outcome>): Promise<void> {
  let pending = findings;
  let last: ServiceError = { code: 'Timeout', message: 'no time was left to ask' };
  for (let attempt = 0; attempt < TRIES && pending.length > 0; attempt += 1) {
    // The receipts of what was imported have still to be written.
    if (ports.remaining() < ENOUGH_TIME) break;
    if (attempt > 0) await ports.wait(FIRST_WAIT * 2 ** (attempt - 1));
    const answer = await asked(pending, ports);
    if ('error' in answer) {
      last = answer.error;
      const status = statusOf(last, 'failed');
      if (status === 'failed') continue;
      if (status === 'refused' && pending.length > 1) {
        for (const finding of pending) await importCall([finding], ports, outcomes);
        return;
      }
      for (const { Id } of pending) outcomes.set(Id, { status, detail: sentence(status, last) });
      return;
    }
    const failures = new Map(answer.failures.map((failure) => [failure.id, failure]));
    const again: Finding[] = [];
    for (const finding of pending) {
      const failure = failures.get(finding.Id);
      const status = failure === undefined ? 'sent' : statusOf(failure, 'refused');
      if (failure !== undefined) last = failure;
      if (status === 'failed') again.push(finding);
      else outcomes.set(finding.Id, { status, detail: failure === undefined ? 'Imported.' : sentence(status, failure) });
    }
    pending = again;
  }
  for (const { Id } of pending) outcomes.set(Id, { status: 'failed', detail: sentence('failed', last) });
}

/** Whatever is thrown is an answer too: it must not cost the other findings theirs. */
async function asked(findings: readonly Finding[], { importFindings }: Ports): Promise<ImportAnswer> {
  try {
    return await importFindings(findings);
  } catch (error) {
    return { error: { code: (error as Error)?.name ?? 'Error', message: String((error as Error)?.message ?? error) } };
  }
}

type Missed = 'off' | 'refused' | 'blocked' | 'failed';

/** Codes come as `InvalidAccess` for a finding and as `InvalidAccessException` for a call; `otherwise` is for codes that nobody knows. */
function statusOf({ code, message }: ServiceError, otherwise: 'refused' | 'failed'): Missed {
  if (/^InvalidAccess/.test(code) || (/^AccessDenied/.test(code) && /not (subscribed|enabled)/i.test(message))) return 'off';
  if (/^AccessDenied/.test(code)) return 'blocked';
  if (/^(InvalidInput|Validation|Serialization)/.test(code)) return 'refused';
  if (/thrott|too ?many|limit|internal|unavailable|time ?out/i.test(code)) return 'failed';
  return otherwise;
}

function sentence(status: Missed | 'sent', { code, message }: ServiceError): string {
  const said = `${code}: ${message}`.slice(0, 400);
  switch (status) {
    case 'off':
      return `Security Hub is not enabled in this account and region (${said}). Enable it, or set alerts.securityHub to false.`;
    case 'refused':
      return `Security Hub did not accept the finding (${said}).`;
    case 'blocked':
      return `The alert function may not send findings (${said}). A policy of the organization may deny it; else deploy again.`;
    default:
      return `Security Hub could not take the finding now (${said}); it is tried again.`;
  }
}

function* calls(findings: readonly Finding[]): Generator<Finding[]> {
  let call: Finding[] = [];
  let bytes = 0;
  for (const finding of findings) {
    const size = Buffer.byteLength(JSON.stringify(finding)) + 1;
    if (call.length === MOST_FINDINGS || (call.length > 0 && bytes + size > MOST_BYTES)) {
      yield call;
      call = [];
      bytes = 0;
    }
    call.push(finding);
    bytes += size;
  }
  if (call.length > 0) yield call;
}
