import { createHash } from 'node:crypto';
import type { Config } from '../core/config/schema.ts';
import type { Settings } from '../core/config/settings.ts';
import type { LoadedRules } from '../core/rules/model.ts';
import type { DeployConfig } from './deploy-config.ts';
import { trailAddress } from './names.ts';

/** What the functions are set up with. */
export function settingsOf(version: string, config: Config, deploy: DeployConfig, rules: LoadedRules): Settings {
  const { alerts, waitForBackfill } = deploy;
  const { threshold, sender, recipients, securityHub } = alerts;
  const told = { threshold, ...(sender === undefined ? {} : { sender }), recipients, securityHub };
  const trail = trailAddress(deploy);
  return {
    version,
    config,
    rulesHash: hashOf(rules),
    configHash: hashOf({ config, alerts: told, waitForBackfill }),
    alerts: told,
    waitForBackfill,
    ...(trail === undefined ? {} : { trail }),
  };
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
