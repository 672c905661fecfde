import { readFileSync } from 'node:fs';
import { DEFAULT_BASE_URL } from '../../api/base-url.ts';
import { resolve } from 'node:path';
import type { TokenSource } from '../../api/connection.ts';
import type { ProxySettings } from '../../http/proxy.ts';
import type { StageGeneration } from '../../stage/stage-url.ts';
import type { StageSurroundings } from '../surroundings.ts';
import { configError, unreadableFile } from '../usage-errors.ts';

/** How to reach a real Stage: what the authority says, then the environment, then defaults. */
export interface StageSettings {
  /** Secret. */
  readonly token: string;
  /** Gives the token of later requests; undefined: it stays the same. */
  readonly tokenSource: TokenSource | undefined;
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

export async function resolveStageSettings({
  environment,
  folder,
  authority,
}: StageSurroundings): Promise<StageSettings> {
  const { stage } = authority;
  const generation = stage.apiVersion ?? environment.apiVersion ?? 'v1';
  if (!GENERATIONS.includes(generation))
    throw configError(
      `SINGLESTOREDB_MANAGEMENT_VERSION is ${JSON.stringify(generation)}; it must be v1, v2 or legacy`,
    );
  const tokenSource = stage.tokenFile === undefined ? stage.tokenSource : undefined;
  const token =
    stage.tokenFile === undefined
      ? ((await tokenSource?.current()) ?? stage.token ?? environment.token)
      : readToken(resolve(folder, stage.tokenFile));
  if (token === undefined)
    throw configError(
      'no API token: set SINGLESTOREDB_MANAGEMENT_TOKEN, or give --token-file FILE; stage://local/PATH needs none, and --local where a command has it',
    );
  return {
    token,
    tokenSource,
    baseUrl: stage.baseUrl ?? environment.baseUrl,
    generation: generation as StageGeneration,
    organizationID: stage.organization ?? environment.organization,
    allowInsecure: stage.allowInsecure ?? false,
    proxy: environment.proxy,
    defaultDeployment: generation === 'v2' ? environment.workspace : environment.workspaceGroup,
  };
}

/** Where the API is asked: an ID names another deployment elsewhere. Two spellings of one address are one origin. */
export const apiOrigin = ({
  authority: { stage },
  environment,
}: Pick<StageSurroundings, 'authority' | 'environment'>): string =>
  new URL(stage.baseUrl ?? environment.baseUrl ?? DEFAULT_BASE_URL).origin;

/** The error never shows what the file holds. */
function readToken(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw unreadableFile('--token-file', file, error);
  }
  if (text === '') throw configError(`--token-file ${file} is empty: it has to hold the API token alone`);
  return text;
}
