import { ConfigError, loadConfig } from '../../core/config/load.ts';
import type { Config } from '../../core/config/schema.ts';
import type { DoctorFacts } from '../../core/doctor/facts.ts';
import { type DeployConfig, deploySection } from '../../lib/deploy-config.ts';
import type { Configured } from '../../local/deployed/gather.ts';
import { CONFIG_FILE, configFile, configText } from './config-file.ts';

/** Flags of the commands that speak with a deployment. */
export interface DeploymentFlags {
  readonly config?: string;
  readonly stackPrefix?: string;
  readonly region?: string;
}

export interface Deployment {
  readonly prefix: string;
  /** The `deploy` section, as the flags change it; undefined when there is no configuration or it has none. */
  readonly section: DeployConfig | undefined;
  /** Those of the configuration. */
  readonly exceptions: Config['exceptions'];
  /** The configuration; undefined when there is none. */
  readonly file: string | undefined;
}

/**
 * Which deployment is meant: by the flags, else by the configuration. Its region becomes that of every AWS client from here on.
 * @throws {ConfigError}
 */
export function chooseDeployment({ config, stackPrefix, region }: DeploymentFlags): Deployment {
  const file = configFile(config);
  const { deploy: written, exceptions = [] }: Partial<ReturnType<typeof loadDeployed>> = file === undefined ? {} : loadDeployed(file);
  const prefix = stackPrefix ?? written?.stackPrefix ?? 'Trailwarden';
  const section = written === undefined ? undefined : { ...written, stackPrefix: prefix, region: region ?? written.region };
  const home = region ?? section?.region;
  if (home !== undefined) process.env.AWS_REGION = home;
  return { prefix, section, exceptions, file };
}

function loadDeployed(file: string) {
  return loadConfig(configText(file), file, deploySection);
}

/** What `doctor` takes from the section. */
export function configured({ scheduleMinutes, trail, alerts }: DeployConfig): Configured {
  const announced: DoctorFacts['announced'] = 'bucket' in trail ? { by: trail.notify, prefix: trail.prefix } : null;
  return { scheduleMinutes, announced, recipients: alerts.recipients };
}

/**
 * The section, where a command cannot do without it.
 * @throws {ConfigError} when there is none.
 */
export function needSection({ section, file }: Deployment): DeployConfig {
  if (section !== undefined) return section;
  if (file !== undefined) throw new ConfigError(`${file} has no "deploy" section: docs/deploy.md shows what it holds.`);
  throw new ConfigError(`There is no ${CONFIG_FILE} in this folder: write it as docs/deploy.md shows, or name another file with --config.`);
}
