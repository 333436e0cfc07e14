import type { Config, RoleTag } from '../config/schema.ts';
import type { Principal } from '../records/principal.ts';
import { wildcardTest } from '../wildcard.ts';

/** Names that say what a role is for, tried when the configuration says nothing. */
const BUILT_IN: readonly (readonly [RoleTag, readonly string[]])[] = [
  [
    'admin',
    ['*admin*', '*:role/*breakglass*', '*:role/*break-glass*', '*AWSReservedSSO_PowerUser*', '*:role/OrganizationAccountAccessRole*'],
  ],
  [
    'service',
    [
      '*:role/service-role/*',
      '*:role/*lambda*',
      '*:role/*instance*',
      '*:role/*task*',
      '*:role/*-ec2*',
      '*:role/*ecs*',
      '*:role/*eks*',
      '*:role/*codebuild*',
      '*:role/cdk-*',
    ],
  ],
];

/** Gives each principal its role tag: from the configuration, else from its kind, else from what its name says. */
export class RoleTags {
  readonly #configured: readonly (readonly [RoleTag, readonly ((text: string) => boolean)[]])[];
  readonly #builtIn = compile(BUILT_IN);

  constructor(config: Pick<Config, 'roleTags'>) {
    this.#configured = compile(config.roleTags.map(({ tag, principals }) => [tag, principals] as const));
  }

  tag(principal: Principal): RoleTag {
    return firstMatch(this.#configured, principal.id) ?? byKind(principal) ?? firstMatch(this.#builtIn, principal.id) ?? 'developer';
  }
}

type Compiled = readonly (readonly [RoleTag, readonly ((text: string) => boolean)[]])[];

function compile(patterns: readonly (readonly [RoleTag, readonly string[]])[]): Compiled {
  return patterns.map(([tag, texts]) => [tag, texts.map(wildcardTest)] as const);
}

function firstMatch(patterns: Compiled, id: string): RoleTag | undefined {
  return patterns.find(([, tests]) => tests.some((test) => test(id)))?.[0];
}

function byKind({ kind }: Principal): RoleTag | undefined {
  switch (kind) {
    case 'root':
      return 'root';
    case 'service':
    case 'service-linked-role':
      return 'service';
    case 'account':
      return 'external';
    case 'unknown':
      return 'unknown';
    default:
      return undefined;
  }
}
