import { ConfigError, loadConfig } from '../../core/config/load.ts';
import type { DoctorFacts } from '../../core/doctor/facts.ts';
import { type DeployConfig, deploySection } from '../../lib/deploy-config.ts';
import type { Configured } from '../../local/deployed/gather.ts';
import { configFile, configText } from './config-file.ts';

/** Flags of the commands that speak with a deployment. */
export interface DeploymentFlags {
  readonly config?: string;
  readonly stackPrefix?: string;
  readonly region?: string;
}

export interface Deployment {
  readonly prefix: string;
  /** The `deploy` section; undefined when there is no configuration or it has none. */
  readonly section: DeployConfig | undefined;
}

/**
 * Which deployment is meant: by the flags, else by the configuration. Its region becomes that of every AWS client from here on.
 * @throws {ConfigError}
 */
export function chooseDeployment({ config, stackPrefix, region }: DeploymentFlags): Deployment {
  const file = configFile(config);
  const section = file === undefined ? undefined : loadConfig(configText(file), file, deploySection).deploy;
  const home = region ?? section?.region;
  if (home !== undefined) process.env.AWS_REGION = home;
  return { prefix: stackPrefix ?? section?.stackPrefix ?? 'Trailwarden', section };
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
export function needSection(section: DeployConfig | undefined): DeployConfig {
  if (section === undefined) {
    throw new ConfigError('No "deploy" section was found: give the configuration that holds it with --config, or start in its folder.');
  }
  return section;
}
