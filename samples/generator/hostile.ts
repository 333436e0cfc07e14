import { CLI_LINUX } from './agents.ts';
import { dayStart, HOUR } from './calendar.ts';
import { denied, failed, read, write } from './call.ts';
import { assumeRole } from './calls/identity.ts';
import * as storage from './calls/storage.ts';
import { roleNamed } from './cast.ts';
import { DEVELOPMENT } from './estate.ts';
import type { JsonObject } from './session.ts';
import { keySession, roleSession } from './session.ts';
import type { Stage } from './stage.ts';

/** A session name that a spreadsheet would run. */
export const FORMULA = "=cmd|' /C calc'!A0";
/** A bucket key that recolours a terminal and clears it. */
export const ESCAPES = 'experiments/\u001b[31mred\u001b[0m\u001b[2J/\u202egnp.exe';
/** A text that looks like the next field to a reader that searches instead of parsing. */
export const LOOKALIKE = 'x","eventName":"StopLogging","eventID":"00000000-0000-4000-8000-000000000000';

/**
 * Text of whoever may call an API, written to hurt those who read it. The calls themselves are harmless: a developer's
 * scanner in the sandbox plays with names.
 */
export function hostileTexts(stage: Stage, days: readonly number[]): void {
  const random = stage.random.fork('hostile');
  const region = 'eu-west-1';
  const site = stage.estate.site(DEVELOPMENT, region);
  const role = roleNamed(stage.cast, DEVELOPMENT, 'sandbox-runner');
  const tester = stage.cast.users.find((user) => user.name === 'svc-load-test');
  if (tester === undefined) throw new Error('The cast has no user svc-load-test; see USERS in cast.ts.');
  for (const day of days) {
    const at = dayStart(day) + 14 * HOUR + random.int(0, HOUR);
    const session = roleSession(random, role, FORMULA, { address: '203.0.113.77', agent: '<script>alert(1)</script>' }, at - HOUR);
    stage.emit(session, storage.listBuckets(site, random), at, region);
    stage.emit(session, storage.putObject(site, random, 'example-dev-sandbox', ESCAPES), at + 9_000, region);
    const key = keySession(tester, { address: tester.home, agent: `${CLI_LINUX} "><img src=x onerror=alert(1)>` });
    const bad = assumeRole(random, role, FORMULA, at);
    const message = `1 validation error detected: Value '${FORMULA}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`;
    stage.emit(key, failed(bad, 'ValidationException', message), at + 20_000, region);
    stage.emit(
      key,
      write('ssm', 'AddTagsToResource', {
        resourceType: 'Parameter',
        resourceId: '/dev/limits',
        tags: [{ key: 'note', value: LOOKALIKE }],
      }),
      at + 31_000,
      region,
    );
    stage.emit(key, read('dynamodb', 'DescribeTable', prototypeKeys(), { apiVersion: '2012-08-10' }), at + 42_000, region);
    stage.emit(
      key,
      denied(read('s3', 'ListBuckets', { Host: '@SUM(1+1)*cmd|calc!A0', note: '\u0000\t\r\n-2+3' }), key.arn),
      at + 50_000,
      region,
    );
  }
}

/** Keys that would poison a prototype if they were copied with care for none. */
function prototypeKeys(): JsonObject {
  return {
    tableName: 'dev-orders',
    ['__proto__']: { polluted: true, level: 'informational' },
    constructor: { prototype: { polluted: true } },
  };
}
