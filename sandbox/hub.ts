import { createServer, type IncomingMessage } from 'node:http';
import { findingFaults, isObject } from './finding-format.ts';
import { HttpAnswer, listen, readBody, signedFor } from './http.ts';

/** A finding as the hub holds it, with what the hub and its analysts add. */
export type HeldFinding = Readonly<Record<string, unknown>> & {
  readonly Id: string;
  readonly ProductArn: string;
  readonly UpdatedAt: string;
  readonly RecordState: 'ACTIVE' | 'ARCHIVED';
  readonly Workflow: { readonly Status: 'NEW' | 'NOTIFIED' | 'RESOLVED' | 'SUPPRESSED' };
};

export interface FailedFinding {
  readonly Id: string;
  readonly ErrorCode: 'InvalidInput' | 'InvalidAccess';
  readonly ErrorMessage: string;
}

/** How the hub is off: `finding` fails each finding under HTTP 200, `call` refuses the call. */
export type HubOff = 'finding' | 'call';

/** What an analyst may set, as with BatchUpdateFindings. */
export interface AnalystChange {
  readonly Workflow?: { readonly Status: 'NEW' | 'NOTIFIED' | 'RESOLVED' | 'SUPPRESSED' };
  readonly Note?: { readonly Text: string; readonly UpdatedBy: string; readonly UpdatedAt: string };
  readonly Severity?: { readonly Label: string };
  readonly Types?: readonly string[];
  readonly UserDefinedFields?: Readonly<Record<string, string>>;
  readonly VerificationState?: string;
}

const MOST_FINDINGS = 100;
const MOST_FINDING_BYTES = 240 * 1024;
const MOST_CALL_BYTES = 6 * 1024 * 1024;
/** Only analysts write these: an import sets them on a new finding and never again. */
const ANALYST_ONLY = ['Note', 'UserDefinedFields', 'VerificationState', 'Workflow'] as const;
/** An import writes these until an analyst has. */
const SHARED = ['Confidence', 'Criticality', 'RelatedFindings', 'Severity', 'Types'] as const;
const PRODUCT_ARN = /^arn:(aws|aws-cn|aws-us-gov):securityhub:([a-z0-9-]+):(\d{12})?:product\/([^/]+)\/([^/]+)$/;

/**
 * A strict stand-in for Security Hub on the loopback address. It speaks the SDK's protocol for BatchImportFindings, GetFindings and
 * DescribeHub, refuses what the documentation says is refused, and drops updates that are not newer than what it holds.
 */
export class HubDouble {
  readonly account: string;
  readonly region: string;
  readonly endpoint: string;
  /** Findings refused, in the order in which they came. */
  readonly failed: FailedFinding[] = [];
  /** Imports that were dropped silently since the held finding was as new or newer. */
  stale = 0;
  /** Calls of BatchImportFindings that were answered, throttled ones not counted. */
  imports = 0;
  readonly #close: () => Promise<void>;
  readonly #held = new Map<string, Record<string, unknown>>();
  readonly #touched = new Map<string, Set<string>>();
  #throttled = 0;
  #off: HubOff | undefined;

  private constructor(account: string, region: string, endpoint: string, close: () => Promise<void>) {
    this.account = account;
    this.region = region;
    this.endpoint = endpoint;
    this.#close = close;
  }

  /** Starts a hub for one account and region on a free port of 127.0.0.1. */
  static async start(account: string, region: string): Promise<HubDouble> {
    let hub: HubDouble | undefined;
    const server = createServer((request, response) => {
      (hub as HubDouble)
        .#answer(request)
        .catch((error: unknown) =>
          error instanceof HttpAnswer ? error : failure(500, 'InternalException', error instanceof Error ? error.message : String(error)),
        )
        .then((answer) => answer.send(response));
    });
    const { endpoint, close } = await listen(server);
    hub = new HubDouble(account, region, endpoint, close);
    return hub;
  }

  async stop(): Promise<void> {
    await this.#close();
  }

  /** The next `calls` calls are answered with 429. */
  throttle(calls: number): void {
    this.#throttled = calls;
  }

  /** Turns the hub off or, with undefined, on again. */
  turn(off: HubOff | undefined): void {
    this.#off = off;
  }

  findings(): HeldFinding[] {
    return structuredClone([...this.#held.values()]) as HeldFinding[];
  }

  finding(id: string): HeldFinding | undefined {
    return this.findings().find(({ Id }) => Id === id);
  }

  /** What an analyst does in the console: from then on imports leave these attributes alone. */
  analyst(id: string, change: AnalystChange): void {
    const [key, finding] = [...this.#held].find(([, { Id }]) => Id === id) ?? [];
    if (key === undefined || finding === undefined) throw new Error(`The hub holds no finding with the id ${id}.`);
    const touched = this.#touched.get(key) ?? new Set();
    for (const name of Object.keys(change)) touched.add(name);
    this.#touched.set(key, touched);
    Object.assign(finding, structuredClone(change));
  }

  async #answer(request: IncomingMessage): Promise<HttpAnswer> {
    const body = await readBody(request);
    const scope = signedFor(request);
    if (scope?.service !== 'securityhub' || scope.region !== this.region) {
      return failure(403, 'AccessDeniedException', `The request is not signed for securityhub in ${this.region}.`);
    }
    if (this.#throttled > 0) {
      this.#throttled -= 1;
      return failure(429, 'TooManyRequestsException', 'Too Many Requests');
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', this.endpoint);
    const operation = `${request.method} ${pathname}`;
    if (operation === 'POST /findings/import') return this.#import(body);
    if (this.#off !== undefined) return failure(401, 'InvalidAccessException', this.#notSubscribed());
    if (operation === 'POST /findings') return this.#get(parse(body));
    if (operation === 'GET /accounts') return this.#describe(searchParams.get('HubArn'));
    return failure(404, 'UnknownOperationException', `The double of Security Hub knows no ${operation}.`);
  }

  #notSubscribed(): string {
    return `Account ${this.account} is not subscribed to AWS Security Hub`;
  }

  #import(body: Buffer): HttpAnswer {
    if (this.#off === 'call') return failure(401, 'InvalidAccessException', this.#notSubscribed());
    if (body.length > MOST_CALL_BYTES) throw invalid(`The call has ${body.length} bytes, at most ${MOST_CALL_BYTES} are taken`);
    const { Findings: findings, ...rest } = parse(body);
    if (!Array.isArray(findings) || Object.keys(rest).length > 0) throw invalid('The body should be one array, Findings');
    if (findings.length < 1 || findings.length > MOST_FINDINGS) {
      throw invalid(`Findings should have 1 to ${MOST_FINDINGS} items, it has ${findings.length}`);
    }
    for (const one of findings) this.#checkAccess(one);
    this.imports += 1;
    const failed: FailedFinding[] = [];
    for (const one of findings) {
      const fault = this.#fault(one);
      if (fault !== undefined) failed.push(fault);
      else this.#keep(one as Record<string, unknown>);
    }
    this.failed.push(...failed);
    return HttpAnswer.json(200, {
      FailedCount: failed.length,
      SuccessCount: findings.length - failed.length,
      FailedFindings: failed,
    });
  }

  /** Security Hub refuses the whole call when one finding names a product or an account that is not the caller's. */
  #checkAccess(finding: unknown): void {
    if (!isObject(finding) || typeof finding.ProductArn !== 'string') return;
    const [, , region, owner, company, product] = PRODUCT_ARN.exec(finding.ProductArn) ?? [];
    if (region === undefined) throw invalid(`productArn: "${finding.ProductArn}"`);
    const mine = region === this.region && owner === this.account && company === this.account && product === 'default';
    if (!mine || (typeof finding.AwsAccountId === 'string' && finding.AwsAccountId !== this.account)) {
      throw failure(
        403,
        'AccessDeniedException',
        `The caller in account ${this.account} is not authorized to perform: securityhub:BatchImportFindings on resource: ${finding.ProductArn} for account ${String(finding.AwsAccountId)}`,
      );
    }
  }

  #fault(finding: unknown): FailedFinding | undefined {
    const Id = isObject(finding) && typeof finding.Id === 'string' ? finding.Id : '';
    if (this.#off !== undefined) return { Id, ErrorCode: 'InvalidAccess', ErrorMessage: this.#notSubscribed() };
    const faults = findingFaults(finding);
    const bytes = Buffer.byteLength(JSON.stringify(finding));
    if (bytes > MOST_FINDING_BYTES) faults.push(`data has ${bytes} bytes, at most ${MOST_FINDING_BYTES} are taken`);
    if (faults.length === 0) return undefined;
    return { Id, ErrorCode: 'InvalidInput', ErrorMessage: `Finding does not adhere to Amazon Finding Format. ${faults.join(', ')}.` };
  }

  #keep(given: Record<string, unknown>): void {
    const key = `${given.ProductArn as string} ${given.Id as string}`;
    const held = this.#held.get(key);
    if (held !== undefined && Date.parse(given.UpdatedAt as string) <= Date.parse(held.UpdatedAt as string)) {
      this.stale += 1;
      return;
    }
    const provided = (given.FindingProviderFields ?? {}) as Record<string, unknown>;
    const next: Record<string, unknown> = { RecordState: 'ACTIVE', Workflow: { Status: 'NEW' }, ...structuredClone(given) };
    for (const name of SHARED) if (provided[name] !== undefined) next[name] = structuredClone(provided[name]);
    if (held !== undefined) {
      for (const name of ANALYST_ONLY) keepHeld(next, held, name);
      const touched = this.#touched.get(key);
      for (const name of SHARED) if (touched?.has(name)) keepHeld(next, held, name);
      const status = (held.Workflow as HeldFinding['Workflow']).Status;
      // What comes back after it was archived is new again for the people who had dealt with it; a suppressed one stays quiet.
      const back = held.RecordState === 'ARCHIVED' && next.RecordState === 'ACTIVE';
      if (back && (status === 'NOTIFIED' || status === 'RESOLVED')) next.Workflow = { Status: 'NEW' };
    }
    this.#held.set(key, next);
  }

  #describe(hubArn: string | null): HttpAnswer {
    const partition = this.region.startsWith('cn-') ? 'aws-cn' : this.region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
    const mine = `arn:${partition}:securityhub:${this.region}:${this.account}:hub/default`;
    if (hubArn !== null && hubArn !== mine) return failure(404, 'ResourceNotFoundException', `There is no hub ${hubArn}`);
    return HttpAnswer.json(200, { HubArn: mine, SubscribedAt: '2026-01-01T00:00:00.000Z', AutoEnableControls: true });
  }

  #get(asked: Record<string, unknown>): HttpAnswer {
    const { Filters: filters = {}, MaxResults: most = 100, NextToken: token = '0', SortCriteria: _order, ...rest } = asked;
    if (Object.keys(rest).length > 0) throw invalid(`GetFindings has no parameter ${Object.keys(rest).join(', ')}`);
    if (typeof most !== 'number' || most < 1 || most > 100) throw invalid(`MaxResults should be 1 to 100, it is ${String(most)}`);
    const fits = this.findings().filter((finding) => Object.entries(filters as object).every(([name, any]) => matches(finding, name, any)));
    const from = Number(token);
    const page = fits.slice(from, from + most);
    return HttpAnswer.json(200, { Findings: page, ...(from + most < fits.length ? { NextToken: String(from + most) } : {}) });
  }
}

const FILTERED: Readonly<Record<string, (finding: HeldFinding) => unknown>> = {
  Id: ({ Id }) => Id,
  ProductArn: ({ ProductArn }) => ProductArn,
  RecordState: ({ RecordState }) => RecordState,
  WorkflowStatus: ({ Workflow }) => Workflow.Status,
  GeneratorId: ({ GeneratorId }) => GeneratorId,
  AwsAccountId: ({ AwsAccountId }) => AwsAccountId,
};

function matches(finding: HeldFinding, name: string, any: unknown): boolean {
  const value = FILTERED[name]?.(finding);
  if (FILTERED[name] === undefined || !Array.isArray(any)) throw invalid(`The double of Security Hub does not filter by ${name}`);
  return any.some(({ Value, Comparison }: { Value: string; Comparison: string }) => {
    if (Comparison === 'EQUALS') return value === Value;
    if (Comparison === 'PREFIX') return String(value).startsWith(Value);
    if (Comparison === 'NOT_EQUALS') return value !== Value;
    throw invalid(`The double of Security Hub does not compare by ${Comparison}`);
  });
}

function keepHeld(next: Record<string, unknown>, held: Record<string, unknown>, name: string): void {
  if (held[name] === undefined) delete next[name];
  else next[name] = held[name];
}

function parse(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString() || '{}');
    if (isObject(value)) return value;
  } catch {}
  throw invalid('The body is no JSON object');
}

function failure(status: number, type: string, message: string): HttpAnswer {
  return HttpAnswer.json(status, { Code: type, Message: message }, { 'x-amzn-errortype': type });
}

function invalid(message: string): HttpAnswer {
  return failure(400, 'InvalidInputException', message);
}
