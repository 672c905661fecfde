import { parseBudget } from '../../cluster/budget/budget-address.ts';
import type { Authority } from '../../jobs/authority.ts';
import type { JobsFile, NamedJob, NotifyTarget, Profile, TrustedPart } from '../jobs-file.ts';

/**
 * What of a job counts only in a file that the user named or approved: what runs programs, and what says where the API
 * token, requests signed with the user's keys and reports go. A file that merely lies in a folder that somebody else made must
 * not do these things.
 */
export const trustedParts = (
  file: Pick<JobsFile, 'profiles'>,
  { name, job, notify, sqsQueue, budget }: NamedJob,
): TrustedPart[] => [
  ...(job.profile === undefined ? [] : ofProfile(job.profile, file.profiles[job.profile])),
  ...notify.map((target) => ofTarget(name, target)),
  ...(budget === undefined ? [] : [ofBudget(name, budget)]),
  ...(sqsQueue === undefined
    ? []
    : [
        {
          where: `jobs.${name}.sqs_queue`,
          does: `sends requests that your AWS keys sign to ${hostOf(sqsQueue)}`,
        },
      ]),
];

/** The same of all jobs, each once. */
export const allTrustedParts = (file: JobsFile): TrustedPart[] => [
  ...new Map(
    file.jobs.flatMap((job) => trustedParts(file, job)).map((part) => [`${part.where}\n${part.does}`, part]),
  ).values(),
];

function ofProfile(name: string, profile: Profile | undefined): TrustedPart[] {
  const { stage, s3, sql = {} }: Authority = profile?.authority ?? { stage: {}, s3: {} };
  const part = (key: string, does: string | undefined): TrustedPart[] =>
    does === undefined ? [] : [{ where: `profiles.${name}.${key}`, does }];
  return [
    ...part(
      'token_command',
      ifGiven(profile?.tokenCommand, (words) => `runs ${commandText(words)}`),
    ),
    ...part(
      'token_file',
      ifGiven(stage.tokenFile, (path) => `sends what ${path} holds as the API token`),
    ),
    ...part(
      'base_url',
      ifGiven(stage.baseUrl, (url) => `sends the API token to ${hostOf(url)}`),
    ),
    ...part(
      'allow_insecure',
      stage.allowInsecure === true ? 'lets the API token go in the clear' : undefined,
    ),
    ...part(
      'sql_password_command',
      ifGiven(profile?.sqlPasswordCommand, (words) => `runs ${commandText(words)}`),
    ),
    ...part(
      'sql_password_file',
      ifGiven(sql.passwordFile, (path) => `sends what ${path} holds as the password of a database`),
    ),
    ...part(
      'sql_endpoint',
      ifGiven(sql.endpoint, (host) => `sends the password of a database to ${host}`),
    ),
    ...part('sql_resume', sql.resume === true ? 'wakes workspaces, which then cost credits' : undefined),
    ...part(
      's3.endpoint_url',
      ifGiven(s3.endpointUrl, (url) => `sends requests that your AWS keys sign to ${hostOf(url)}`),
    ),
  ];
}

/** Whoever runs the server says how fast requests go, and gets what the file with the password holds. */
function ofBudget(job: string, url: string): TrustedPart {
  const { redis } = parseBudget({ url, from: 'budget', isPublic: false });
  const { passwordFile, shown } = redis;
  const password =
    passwordFile === undefined ? '' : `, and sends it what ${passwordFile} holds as the password`;
  return { where: `jobs.${job}.budget`, does: `asks ${shown} when requests may start${password}` };
}

const ifGiven = <T>(value: T | undefined, text: (value: T) => string): string | undefined =>
  value === undefined ? undefined : text(value);

function ofTarget(job: string, { way }: NotifyTarget): TrustedPart {
  // the same targets mostly stand once in the file, for all jobs
  const where = `notify of ${job}`;
  switch (way.kind) {
    case 'command':
      return { where, does: `runs ${commandText(way.command)}` };
    case 'webhook':
    case 'heartbeat':
      return { where, does: `sends reports to ${hostOf(way.url)}` };
    default:
      return way satisfies never;
  }
}

/** The words of a program as they stand; words with spaces in quotes. */
export const commandText = (words: readonly string[]): string =>
  words.map((word) => (/^[\w./:@%+,=-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');

/** An address without its path: that of a webhook is often the secret that lets one post. */
export function hostOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'an address' : parsed.origin;
}
