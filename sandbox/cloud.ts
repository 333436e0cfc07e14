import { createHash, randomUUID } from 'node:crypto';
import { awsJson } from './aws-json.ts';
import { Database } from './database.ts';
import { fits } from './event-pattern.ts';
import { type AwsCall, type Gateway, type Intercept, startGateway } from './gateway.ts';
import { HubDouble } from './hub.ts';
import type { LogLine, Outcome } from './invocation.ts';
import { type Mail, readMails } from './mailbox.ts';
import { makeResources } from './making.ts';
import type { CloudModel, FunctionModel } from './model.ts';
import { bucketNotification, eventBridgeNotification, type NewObject, snsEnvelope, testEvent } from './notifications.ts';
import { QueueMapping } from './queue-mapping.ts';
import { FunctionHost } from './runtime.ts';
import { type Servers, startServers } from './servers.ts';
import { Storage } from './storage.ts';
import { StreamMapping } from './stream-mapping.ts';

interface Mapping {
  readonly name: string;
  /** Moves what there is to move; resolves to how much that was. */
  pass(): Promise<number>;
}

/** Milliseconds after which `settle` says what does not come to rest. */
const SETTLE_LIMIT = 60_000;

/**
 * The deployed pipeline on this machine: the services on 127.0.0.1, the resources of the templates, the bundles as processes. Queues and
 * streams move only within `settle`, schedules only with `tick`: whoever uses it decides what happens when.
 */
export class LocalCloud {
  readonly model: CloudModel;
  readonly hub: HubDouble;
  readonly storage: Storage;
  readonly database: Database;
  /** Functions by their short names: parse, score, alert. */
  readonly functions = new Map<string, FunctionHost>();
  /** Every call to AWS that functions, mappings and clients made so far; may be emptied. */
  readonly calls: AwsCall[] = [];
  /** Every line that the functions wrote so far; may be emptied. */
  readonly logs: LogLine[] = [];
  /** Stands between all callers and the services. */
  intercept: Intercept | undefined;
  readonly #servers: Servers;
  readonly #mappings: Mapping[] = [];
  readonly #gateways: Gateway[] = [];
  #endpoint = '';
  #settling: Promise<unknown> = Promise.resolve();
  #objects = 0;

  private constructor(model: CloudModel, servers: Servers, hub: HubDouble) {
    this.model = model;
    this.hub = hub;
    this.#servers = servers;
    const { region } = model.home;
    this.storage = new Storage({ endpoint: servers.storage, region });
    this.database = new Database({ endpoint: servers.dynamodb, region });
  }

  /** Starts the services, makes the resources and connects them. The functions' processes start with their first invocations. */
  static async start(model: CloudModel): Promise<LocalCloud> {
    const { account, region } = model.home;
    const [servers, hub] = await Promise.all([startServers(region), HubDouble.start(account, region)]);
    const cloud = new LocalCloud(model, servers, hub);
    try {
      await makeResources(model, servers);
      cloud.#endpoint = await cloud.#gateway('client');
      for (const one of model.functions) await cloud.#addFunction(one);
      await cloud.#connect();
    } catch (error) {
      await cloud.stop();
      throw error;
    }
    return cloud;
  }

  /** One address for every service, for clients of the tests: their calls are counted as those of `client`. */
  get endpoint(): string {
    return this.#endpoint;
  }

  /** What a process needs in its environment to use this cloud in place of AWS. */
  environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.#endpoint,
      AWS_REGION: this.model.home.region,
      AWS_ACCESS_KEY_ID: 'sandbox',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** An output of the stacks, queue URLs as this cloud has them. */
  output(name: string): string {
    const value = this.model.outputs[name];
    if (value === undefined) throw new Error(`The stacks have no output ${name}; they have ${Object.keys(this.model.outputs).join(', ')}.`);
    return value.startsWith('https://sqs.') ? this.queueUrl(value) : value;
  }

  /** URL of a queue, given by its name, its ARN or a URL. */
  queueUrl(queue: string): string {
    return `${this.#endpoint}/${this.model.home.account}/${lastPart(queue)}`;
  }

  /** Puts an object and tells who listens to the bucket. */
  async put(bucket: string, key: string, bytes: Uint8Array): Promise<NewObject> {
    await this.storage.put(bucket, key, bytes);
    const object = this.describe(bucket, key, bytes);
    await this.announce(object);
    return object;
  }

  /** An object as its bucket would tell of it, whether it is there or not. */
  describe(bucket: string, key: string, bytes: Uint8Array = new Uint8Array()): NewObject {
    this.#objects += 1;
    const versioned = this.model.buckets.some(({ name, versioned }) => name === bucket && versioned);
    return {
      bucket,
      key,
      size: bytes.length,
      eTag: createHash('md5').update(bytes).digest('hex'),
      ...(versioned ? { versionId: randomUUID().replaceAll('-', '') } : {}),
      sequencer: `0060${this.#objects.toString(16).toUpperCase().padStart(14, '0')}`,
      at: Date.now(),
    };
  }

  /** Tells of an object what its bucket tells, once more if it did already. */
  async announce(object: NewObject): Promise<void> {
    const { home, announcements } = this.model;
    const event = eventBridgeNotification(home, object);
    for (const one of announcements) {
      if (one.kind === 'eventbridge') {
        if (fits(one.pattern, event)) await this.send(one.queueArn, event);
        continue;
      }
      const fitting = one.bucket === object.bucket && object.key.startsWith(one.prefix) && object.key.endsWith(one.suffix);
      const created = one.events.some((name) => name === 's3:ObjectCreated:*' || name === 's3:ObjectCreated:Put');
      if (fitting && created) await this.send(one.queueArn, bucketNotification(home, object));
    }
  }

  /** Tells of an object through a topic that a queue is subscribed to, as a log-archive account does. */
  async publish(topicArn: string, object: NewObject): Promise<void> {
    const message = JSON.stringify(bucketNotification(this.model.home, object));
    for (const one of this.model.subscriptions.filter((subscription) => subscription.topicArn === topicArn)) {
      await this.send(one.queueArn, one.raw ? message : snsEnvelope(topicArn, message, object.at));
    }
  }

  /** Sends what S3 sends when the notification of a bucket is set up. */
  async sendTestEvents(): Promise<void> {
    for (const one of this.model.announcements) {
      if (one.kind === 'bucket') await this.send(one.queueArn, testEvent(one.bucket, Date.now()));
    }
  }

  /** Sends a message to a queue, given by name, ARN or URL; what is no string is sent as JSON. */
  async send(queue: string, body: unknown): Promise<void> {
    const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
    await this.#sqs('SendMessage', { QueueUrl: this.queueUrl(queue), MessageBody });
  }

  /** Bodies of a queue's messages, in someone's hands or not; they stay where they are. */
  async messages(queue: string): Promise<string[]> {
    const response = await fetch(`${this.#servers.storage}/_fauxqs/queues/${lastPart(queue)}`);
    if (!response.ok) throw new Error(`The local cloud has no queue ${queue}.`);
    type Body = { readonly body: string };
    type Inspected = { messages: { ready: Body[]; delayed: Body[]; inflight: { message: Body }[] } };
    const { messages } = (await response.json()) as Inspected;
    return [...messages.ready, ...messages.delayed, ...messages.inflight.map(({ message }) => message)].map(({ body }) => body);
  }

  /** Takes all messages out of a queue. */
  async empty(queue: string): Promise<void> {
    await this.#sqs('PurgeQueue', { QueueUrl: this.queueUrl(queue) });
  }

  /** Mails sent so far, oldest first. */
  async mails(): Promise<Mail[]> {
    return readMails(await this.#servers.mail);
  }

  /** Values of a metric, in the order in which the functions wrote them. */
  metric(service: string, name: string): number[] {
    return this.logs.flatMap(({ text }) => {
      if (!text.includes('"_aws"')) return [];
      const line = JSON.parse(text) as Record<string, unknown>;
      const value = line.service === service ? line[name] : undefined;
      return value === undefined ? [] : [value].flat().map(Number);
    });
  }

  /** Invokes a function by its short name. */
  invoke(name: string, event: unknown): Promise<Outcome> {
    const host = this.functions.get(name);
    if (host === undefined) throw new Error(`The stacks have no function ${name}; they have ${[...this.functions.keys()].join(', ')}.`);
    return host.invoke(event);
  }

  /** Lets the schedule fire once, now. */
  async tick(): Promise<Outcome> {
    const [schedule] = this.model.schedules;
    if (schedule === undefined) throw new Error('The stacks have no schedule.');
    return this.invoke(this.#functionOf(schedule.targetArn).name, schedule.input);
  }

  /**
   * Lets queues and streams run until nothing moves.
   * @throws Error after a minute, with the name of what still moves.
   */
  settle(): Promise<void> {
    const run = this.#settling.then(async () => {
      const limit = performance.now() + SETTLE_LIMIT;
      for (;;) {
        const moved: string[] = [];
        for (const mapping of this.#mappings) if ((await mapping.pass()) > 0) moved.push(mapping.name);
        if (moved.length === 0) return;
        if (performance.now() < limit) continue;
        throw new Error(
          `The local cloud does not come to rest: after ${SETTLE_LIMIT / 1000} s the ${moved.join(' and the ')} still moves.`,
        );
      }
    });
    this.#settling = run.catch(() => {});
    return run;
  }

  /** Ends every process and server that was started, processes by their ids. */
  async stop(): Promise<void> {
    await Promise.all([...this.functions.values()].map((host) => host.stop()));
    await this.#settling;
    await Promise.all([this.#servers.stop(), this.hub.stop(), ...this.#gateways.map((gateway) => gateway.close())]);
  }

  #sqs(operation: string, input: object): Promise<unknown> {
    return awsJson({ endpoint: this.#servers.storage, region: this.model.home.region }, 'sqs', operation, input);
  }

  async #gateway(caller: string): Promise<string> {
    const targets: Readonly<Record<string, string | Promise<string>>> = {
      s3: this.#servers.storage,
      sqs: this.#servers.storage,
      dynamodb: this.#servers.dynamodb,
      ses: this.#servers.mail,
      securityhub: this.hub.endpoint,
    };
    const gateway = await startGateway({
      caller,
      targets: (service) => targets[service],
      intercept: (call, when) => this.intercept?.(call, when),
      record: (call) => this.calls.push(call),
    });
    this.#gateways.push(gateway);
    return gateway.endpoint;
  }

  async #addFunction(model: FunctionModel): Promise<void> {
    const environment = { ...model.environment, AWS_ENDPOINT_URL: await this.#gateway(model.name) };
    const settings = { ...model, region: this.model.home.region, environment };
    this.functions.set(model.name, new FunctionHost(settings, (line) => this.logs.push(line)));
  }

  async #connect(): Promise<void> {
    const { queueMappings, streamMappings, tables, home } = this.model;
    for (const mapping of queueMappings) {
      const { name } = this.#functionOf(mapping.functionName);
      const where = { endpoint: await this.#gateway(`mapping:${name}`), region: home.region };
      const invoke = (event: unknown) => this.invoke(name, event);
      this.#mappings.push(new QueueMapping({ mapping, where, queueUrl: this.queueUrl(mapping.queueArn), invoke }));
    }
    for (const mapping of streamMappings) {
      const { name, arn } = this.#functionOf(mapping.functionName);
      const table = tables.find((one) => one.arn === mapping.tableArn)?.name;
      if (table === undefined) throw new Error(`${name} is mapped to ${mapping.streamArn}, which is of no table of the stacks.`);
      const where = { endpoint: await this.#gateway(`mapping:${name}`), region: home.region };
      const invoke = (event: unknown) => this.invoke(name, event);
      const giveUp = (queue: string, body: unknown) => this.send(queue, body);
      const stream = new StreamMapping({ mapping, functionArn: arn, where, table, invoke, giveUp });
      await stream.start();
      this.#mappings.push(stream);
    }
  }

  #functionOf(nameOrArn: string): FunctionModel {
    const found = this.model.functions.find(({ functionName, arn }) => functionName === nameOrArn || arn === nameOrArn);
    if (found === undefined) throw new Error(`A template calls the function ${nameOrArn}, which no stack has.`);
    return found;
  }
}

function lastPart(name: string): string {
  return name.split(/[:/]/).at(-1) as string;
}
