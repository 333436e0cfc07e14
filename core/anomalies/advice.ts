import type { DetectorText } from '../rules/model.ts';
import { VOLUMES, type Volume } from './observation.ts';
import { VOLUME_KINDS } from './volume-text.ts';

type Advice = readonly [detector: string, title: string, text: string];

const FIRST_SEEN: readonly Advice[] = [
  [
    'first-seen:region',
    'New region for a principal',
    'It works in a region where it never worked before. Intruders go where nobody looks. Look at what exists in that region now, and remove what nobody ordered.',
  ],
  [
    'first-seen:action',
    'New action for a principal',
    'It made a call that it never made before. A new task looks the same, and so does somebody else with its credentials. Ask whether its work has changed; if not, look at what else it did that day.',
  ],
  [
    'first-seen:network',
    'New network for a principal',
    'It calls from a network that it never came from. A journey, a new provider or a stolen key: ask its owner where the call came from, and disable the credentials if the owner does not know.',
  ],
  [
    'first-seen:agent',
    'New user agent for a principal',
    'It calls with a program that it never used. Ask its owner about the program; credentials that a program of your own uses do not change their client by themselves.',
  ],
  [
    'first-seen:country',
    'New country for a workload',
    'A workload calls from a country that it never called from. Machines do not travel: unless it was moved, its credentials are used elsewhere. Revoke its sessions and find out how they left it.',
  ],
  [
    'first-seen:account-principal',
    'New principal in an account',
    'It had never done anything in this account. Check that somebody gave it access on purpose, and what it may do there.',
  ],
  [
    'first-seen:account-region',
    'Region new to an account',
    'Nobody had used this region in the account. If you do not plan to, deny it with a service control policy, and look for what runs there.',
  ],
  [
    'first-seen:external-account',
    'Another account enters for the first time',
    'A principal of another AWS account came in. Find the role or the resource policy that lets it in, and check with its owner that this account is a partner.',
  ],
];

const WHERE: readonly Advice[] = [
  [
    'travel',
    'Impossible travel',
    'One person was seen in two places that nobody gets between in that time. A VPN does that; so does somebody else with the same credentials. Ask the person; if one of the places is not theirs, end all sessions and change the credentials.',
  ],
  [
    'new-country',
    'New country for a person',
    'The person was never seen in this country. Ask whether they travel; if not, end all sessions and change the credentials.',
  ],
];

const LOOK: Readonly<Record<Volume, string>> = {
  'console-logins': 'Look at who signs in so often, and whether one password is used by several people or by a program.',
  'failed-logins':
    'Passwords are being tried. See whether a sign-in from the same address succeeded afterwards, and require multi-factor authentication.',
  'assume-role': 'See which roles were assumed, and what was done with them: an intruder goes from role to role.',
  'denied-calls':
    'See which calls were refused: a broken deployment repeats one, somebody who tries out a stolen key is refused many different ones.',
  'secret-reads': 'See which secrets were read, and change them if nobody can explain it.',
  deletes: 'See what was deleted and whether a backup exists. Unless the clean-up was planned, take the right to delete away first.',
  'data-reads': 'See which data was read and where it went. Unless a job explains it, treat the data as taken.',
};

const MANY: readonly Advice[] = VOLUMES.flatMap((volume): Advice[] => [
  [`volume:${volume}`, VOLUME_KINDS[volume].title, LOOK[volume]],
  [`growth:${volume}`, VOLUME_KINDS[volume].growing, LOOK[volume]],
]);

const UNLIKE: readonly Advice[] = [
  [
    'probing',
    'Many different actions denied',
    'Somebody tries out what these credentials can do. Disable them unless their owner can explain it, and see which of the calls were not refused.',
  ],
  ...(['principal', 'address'] as const).map(
    (kind): Advice => [
      `outlier:${kind}`,
      `Unusual hour or day of ${kind === 'address' ? 'an address' : 'a principal'}`,
      'Rare is not bad. Look at what was different, as the story says, and let the other reasons decide.',
    ],
  ),
];

/** What to do about each kind of anomaly that belongs to a principal, by detector: as rules say it in their descriptions. */
export const ANOMALY_TEXTS: ReadonlyMap<string, DetectorText> = new Map(
  [...FIRST_SEEN, ...WHERE, ...MANY, ...UNLIKE].map(([name, title, description]) => [
    `anomaly:${name}`,
    {
      id: `anomaly:${name}`,
      title,
      file: '',
      level: 'low',
      description,
      author: '',
      falsePositives: [],
      references: [],
      tags: [],
      tactics: [],
      techniques: [],
      controls: [],
    },
  ]),
);
