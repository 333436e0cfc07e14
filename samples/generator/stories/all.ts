import { BOTO_PLAIN, CLI_KALI, CLI_LINUX, CLI_MAC, GO_SDK } from '../agents.ts';
import { dayStart } from '../calendar.ts';
import { type IamUser, roleNamed } from '../cast.ts';
import { colleagueOf } from '../changes.ts';
import { DEVELOPMENT, MANAGEMENT, PRODUCTION } from '../estate.ts';
import type { Stage } from '../stage.ts';
import type { Scene, Story } from '../story.ts';
import { regionOf, workloadOf } from '../workload.ts';
import { bruteForce, privilegeEscalation, reconStorm, stolenKey } from './accounts.ts';
import { cryptoMining, instanceCredentials, poisonedPipeline } from './compute.ts';
import { publicBucket, ransom, secretSweep, sharedSnapshot, trailTampering } from './data.ts';

/** Days that may carry an attack: not the first two, so that there is a past to compare with. */
const DAYS_WITH_STORIES = Array.from({ length: 27 }, (_, day) => day + 2);

/** Thieves use what everybody uses. */
const CLIENTS = [CLI_KALI, CLI_LINUX, CLI_MAC, BOTO_PLAIN, GO_SDK];

/** Plants every attack on a day of its own, by a principal of its own; the seed says which. */
export function stories(stage: Stage): Story[] {
  const random = stage.random.fork('stories');
  const users = (account: string, fits: (user: IamUser) => boolean): IamUser[] =>
    random.shuffle(stage.cast.users.filter((user) => user.account === account && fits(user)));
  const guessable = users(MANAGEMENT, (user) => user.console && !user.mfa);
  const [tamperer, opener] = random.shuffle([0, 1, 2]) as [number, number];
  const workload = (...names: (readonly [account: string, name: string])[]) => {
    const [account, name] = random.pick(names);
    const region = regionOf(account, name);
    return { region, session: (at: number) => workloadOf(stage, account, name).session(at, 0) };
  };
  const storm = workload([PRODUCTION, 'orders-api'], [PRODUCTION, 'payments-task'], [DEVELOPMENT, 'sandbox-runner']);
  const sweeper = workload([PRODUCTION, 'image-resizer'], [PRODUCTION, 'invoice-worker']);
  const leaking = workload([PRODUCTION, 'web-fleet'], [PRODUCTION, 'batch-workers'], [DEVELOPMENT, 'dev-web']);
  const plots: ((scene: Scene) => Story)[] = [
    (scene) => stolenKey(scene, users(PRODUCTION, (user) => !user.console)[0] as IamUser),
    (scene) => privilegeEscalation(scene, colleagueOf(stage, 'developer', random.int(0, 5))),
    (scene) => trailTampering(scene, colleagueOf(stage, 'platform', tamperer)),
    (scene) => bruteForce(scene, guessable[0] as IamUser, guessable[1] as IamUser),
    (scene) => publicBucket(scene, colleagueOf(stage, 'platform', opener)),
    (scene) => cryptoMining(scene, users(DEVELOPMENT, (user) => !user.mfa)[0] as IamUser),
    (scene) => reconStorm(scene, storm.session, storm.region),
    (scene) => sharedSnapshot(scene, random.pick([...users(PRODUCTION, (user) => user.mfa), ...users(DEVELOPMENT, (user) => user.mfa)])),
    (scene) => secretSweep(scene, sweeper.session, sweeper.region),
    (scene) => ransom(scene, roleNamed(stage.cast, random.pick([PRODUCTION, DEVELOPMENT]), 'TerraformDeploy')),
    (scene) => instanceCredentials(scene, leaking.session, leaking.region),
    (scene) => poisonedPipeline(scene, random.pick([PRODUCTION, DEVELOPMENT])),
  ];
  const days = random.shuffle(DAYS_WITH_STORIES);
  const told = plots.map((plot, n) => {
    const own = random.fork(`story/${n}`);
    const attacker = (): string =>
      own.chance(0.75) ? `192.0.2.${own.int(2, 254)}` : `2001:db8:bad:${own.int(1, 9)}${own.hex(3)}::${own.int(1, 999)}`;
    return plot({ stage, random: own, midnight: dayStart(days[n] as number), attacker, agent: own.pick(CLIENTS) });
  });
  return told.sort((a, b) => (a.from < b.from ? -1 : 1));
}
