import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '../../model/errors.ts';
import type { ProxySettings } from '../../http/proxy.ts';
import type { StageGeneration } from '../../stage/stage-url.ts';
import type { Context } from '../../cli/context.ts';
import type { StageFlags } from '../../cli/flags/stage-flags.ts';
import { configError } from '../usage-errors.ts';

/** How to reach a real Stage: flags first, then the environment, then defaults. */
export interface StageSettings {
  /** Secret. */
  readonly token: string;
  readonly baseUrl: string | undefined;
  readonly generation: StageGeneration;
  readonly organizationID: string | undefined;
  readonly allowInsecure: boolean;
  /** Secret. */
  readonly proxy: ProxySettings;
  /** What `stage:///path` means; undefined when the environment does not say. */
  readonly defaultDeployment: string | undefined;
}

const GENERATIONS: readonly string[] = ['v1', 'v2', 'legacy'] satisfies StageGeneration[];

export function resolveStageSettings({ environment, host }: Context, flags: StageFlags): StageSettings {
  const generation = flags.apiVersion ?? environment.apiVersion ?? 'v1';
  if (!GENERATIONS.includes(generation))
    throw configError(
      `SINGLESTOREDB_MANAGEMENT_VERSION is ${JSON.stringify(generation)}; it must be v1, v2 or legacy`,
    );
  const token =
    flags.tokenFile === undefined ? environment.token : readToken(resolve(host.cwd, flags.tokenFile));
  if (token === undefined)
    throw configError(
      'no API token for the Stage: set SINGLESTOREDB_MANAGEMENT_TOKEN, or give --token-file FILE; stage://local/PATH needs none',
    );
  return {
    token,
    baseUrl: flags.baseUrl ?? environment.baseUrl,
    generation: generation as StageGeneration,
    organizationID: flags.organization ?? environment.organization,
    allowInsecure: flags.allowInsecure ?? false,
    proxy: environment.proxy,
    defaultDeployment: generation === 'v2' ? environment.workspace : environment.workspaceGroup,
  };
}

/** The error never shows what the file holds. */
function readToken(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw configError(`cannot read --token-file ${file}: ${messageOf(error)}`, error);
  }
  if (text === '') throw configError(`--token-file ${file} is empty`);
  return text;
}
