import * as v from 'valibot';
import { LEVELS } from '../core/levels.ts';
import { crossCheck, region, trail } from './trail-config.ts';

const ADDRESS = /^[^\s@<>()[\],;:"\\]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$/;
/** What SES takes for one mail. */
const MOST_RECIPIENTS = 50;

const wholeNumber = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const address = v.pipe(
  v.string(),
  v.check((text) => ADDRESS.test(text), 'an e-mail address such as "security@example.com"'),
);
const megabytes = (what: string) => v.pipe(wholeNumber(256, 10_240), v.description(`Memory of the ${what} function, in MB.`));

const alerts = v.pipe(
  v.strictObject({
    threshold: v.optional(v.pipe(v.picklist(LEVELS), v.description('Incidents of this level or above are told of.')), 'high'),
    sender: v.optional(v.pipe(address, v.description('Address that mails come from. Without one no mail is sent.'))),
    recipients: v.optional(
      v.pipe(
        v.array(address),
        v.check((all) => all.length <= MOST_RECIPIENTS, `at most ${MOST_RECIPIENTS} addresses`),
        v.check((all) => new Set(all.map((one) => one.toLowerCase())).size === all.length, 'a list without repetitions'),
        v.description('Addresses that mails and alarms go to.'),
      ),
      [],
    ),
    identity: v.optional(
      v.pipe(
        v.picklist(['create', 'existing']),
        v.description('"create" makes the sender an SES identity; "existing" uses one that SES knows, of the address or of its domain.'),
      ),
      'create',
    ),
    securityHub: v.optional(v.pipe(v.boolean(), v.description('Whether incidents become findings in Security Hub.')), true),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { sender, recipients, securityHub } = dataset.value;
    if (sender !== undefined && recipients.length === 0) {
      addIssue({ message: 'has a sender, but no recipients: name at least one address that mails go to, or take the sender out.' });
    }
    if (sender === undefined && recipients.length > 0) {
      addIssue({ message: 'has recipients, but no sender: name the address that mails come from.' });
    }
    if (sender === undefined && recipients.length === 0 && !securityHub) {
      addIssue({ message: 'would tell no one: give sender and recipients, or set securityHub to true.' });
    }
  }),
);

/** The section `deploy` of `trailwarden.config.json`: where and how the pipeline stands in AWS. Unknown keys are refused. */
export const DeploySchema = v.pipe(
  v.strictObject({
    account: v.pipe(
      v.string(),
      v.check((text) => /^\d{12}$/.test(text), 'an account id of 12 digits, in quotes, such as "111122223333"'),
      v.description('Account that the pipeline is deployed into: 12 digits, in quotes.'),
    ),
    region: v.pipe(region, v.description('Region that the pipeline is deployed into, such as "eu-west-1".')),
    trail,
    scheduleMinutes: v.optional(v.pipe(wholeNumber(1, 60), v.description('Minutes between two runs of the score function.')), 5),
    retentionDays: v.optional(
      v.pipe(wholeNumber(90, 3650), v.description('Days that the logs of a created trail are kept in its bucket.')),
      365,
    ),
    waitForBackfill: v.optional(
      v.pipe(
        v.boolean(),
        v.description(
          'Whether a new stack goes live only when a backfill has ended, so that history warms its memory first. Alerts of live events wait until then.',
        ),
      ),
      false,
    ),
    alerts: v.pipe(alerts, v.description('Who is told of what.')),
    memory: v.optional(
      v.pipe(
        v.strictObject({
          parse: v.optional(megabytes('parse'), 1024),
          score: v.optional(megabytes('score'), 2048),
          alert: v.optional(megabytes('alert'), 512),
        }),
        v.description('Memory of the functions; their share of a processor grows with it.'),
      ),
      {},
    ),
    rules: v.optional(
      v.pipe(
        v.strictObject({
          folders: v.optional(
            v.pipe(
              v.array(v.pipe(v.string(), v.minLength(1))),
              v.description('Folders of Sigma rules to add to the bundled ones, relative to this file.'),
            ),
            [],
          ),
        }),
        v.description('Rules of your own.'),
      ),
      {},
    ),
    stackPrefix: v.optional(
      v.pipe(
        v.string(),
        v.check(
          (text) => /^[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*$/.test(text) && text.length <= 20,
          'at most 20 letters, digits and single hyphens, beginning with a letter',
        ),
        v.description('Beginning of the names of the stacks and of what is found by name.'),
      ),
      'Trailwarden',
    ),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const message of crossCheck(dataset.value.trail, dataset.value.region)) addIssue({ message });
  }),
);

export type DeployConfig = v.InferOutput<typeof DeploySchema>;

/** The section as part of a file that may do without it: what the published schema shows. */
export const deploySection = {
  deploy: v.optional(v.pipe(DeploySchema, v.description('The pipeline in AWS; the command leaves it unread.'))),
};
