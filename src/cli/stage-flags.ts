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

/** Declares the flags every command that talks to a Stage has. `stage://local` needs none of them. */
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
