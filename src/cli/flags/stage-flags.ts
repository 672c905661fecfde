import { Option, type Command } from 'commander';
import { urlOf } from './flag-values.ts';

/** How to reach a Stage, as typed. */
export interface StageFlags {
  readonly tokenFile?: string;
  readonly baseUrl?: string;
  readonly apiVersion?: 'v1' | 'v2' | 'legacy';
  readonly organization?: string;
  readonly allowInsecure?: true;
}

/** The first flag in use that says which Stage to reach, or as whom: the embedded one has no use for it. */
export function deploymentFlagIn(flags: StageFlags): string | undefined {
  const { baseUrl, tokenFile, organization, apiVersion } = flags;
  const used = {
    '--base-url': baseUrl,
    '--token-file': tokenFile,
    '--organization': organization,
    '--api-version': apiVersion,
  };
  return Object.entries(used).find(([, value]) => value !== undefined)?.[0];
}

/** Declares the flags every command that talks to a Stage has. `stage://local` takes none that names a deployment's API. */
export function addStageFlags(command: Command): Command {
  return command
    .optionsGroup('Stage:')
    .option(
      '--token-file <file>',
      'read the API token from this file instead of SINGLESTOREDB_MANAGEMENT_TOKEN',
    )
    .option(
      '--base-url <url>',
      'API address (SINGLESTOREDB_MANAGEMENT_BASE_URL)',
      urlOf('--base-url', 'the API takes a token from SINGLESTOREDB_MANAGEMENT_TOKEN or --token-file'),
    )
    .addOption(
      new Option('--api-version <version>', 'API generation (SINGLESTOREDB_MANAGEMENT_VERSION)').choices([
        'v1',
        'v2',
        'legacy',
      ]),
    )
    .option('--organization <id>', 'organization ID (SINGLESTOREDB_ORGANIZATION)')
    .option('--allow-insecure', 'allow an http: API address on another machine; the token goes in the clear');
}
