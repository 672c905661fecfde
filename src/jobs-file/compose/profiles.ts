import { hasCredentials } from '../../jobs/authority.ts';
import { parseBytes } from '../../jobs/settings/quantities.ts';
import type { Profile } from '../jobs-file.ts';
import type { ProfileData } from '../shape/file-shape.ts';
import { pathInFile, type Folders } from './paths.ts';

/** What is wrong with a profile that has the right shape: the name within it, and why. */
export function profileProblems(profile: ProfileData): (readonly [string, string])[] {
  const problems: (readonly [string, string])[] = [];
  if (profile.token_file !== undefined && profile.token_command !== undefined)
    problems.push([
      'token_command',
      'token_file and token_command say both where the token is: leave one out',
    ]);
  if (profile.token_command?.[0]?.trim() === '')
    problems.push(['token_command', 'its first word is the program, and may not be empty']);
  if (profile.sql_password_file !== undefined && profile.sql_password_command !== undefined)
    problems.push([
      'sql_password_command',
      'sql_password_file and sql_password_command say both where the password is: leave one out',
    ]);
  if (profile.sql_password_command?.[0]?.trim() === '')
    problems.push(['sql_password_command', 'its first word is the program, and may not be empty']);
  if (profile.sql_endpoint !== undefined && hasCredentials(profile.sql_endpoint))
    problems.push(['sql_endpoint', 'has to be a host, without a user or a password']);
  if (profile.deployment?.includes('/') === true)
    problems.push([
      'deployment',
      'a name with a slash cannot stand in an address: give the ID of the deployment',
    ]);
  // it becomes a part of the name of the host that signed requests go to
  if (profile.s3?.region !== undefined && !/^[a-z0-9-]{1,63}$/i.test(profile.s3.region))
    problems.push(['s3.region', 'has to be the name of a region, as eu-central-1']);
  for (const [name, url] of [
    ['base_url', profile.base_url],
    ['s3.endpoint_url', profile.s3?.endpoint_url],
  ] as const)
    if (url !== undefined && !isWebAddress(url))
      problems.push([
        name,
        'has to be an address that begins with https:// or http://, without a user or a password',
      ]);
  return problems;
}

/** Whether a text is a URL that a request can be sent to. */
export const isWebAddress = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !hasCredentials(text);

/** The profile as a run takes it. */
export function profileOf(data: ProfileData, folders: Folders): Profile {
  const { s3 = {} } = data;
  return {
    authority: {
      stage: {
        tokenFile: data.token_file === undefined ? undefined : pathInFile(data.token_file, folders),
        baseUrl: data.base_url,
        apiVersion: data.api_version,
        organization: data.organization,
        allowInsecure: data.allow_insecure,
      },
      s3: {
        profile: s3.profile,
        region: s3.region,
        endpointUrl: s3.endpoint_url,
        pathStyle: s3.path_style,
        signRequest: s3.sign_request,
        requestPayer: s3.request_payer,
      },
      sql: {
        endpoint: data.sql_endpoint,
        user: data.sql_user,
        passwordFile:
          data.sql_password_file === undefined ? undefined : pathInFile(data.sql_password_file, folders),
        resume: data.sql_resume,
      },
    },
    quota: data.quota === undefined ? undefined : parseBytes(data.quota),
    tokenCommand: data.token_command,
    sqlPasswordCommand: data.sql_password_command,
  };
}
