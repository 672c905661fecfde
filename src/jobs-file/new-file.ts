import { stringify } from 'yaml';

/** What a new jobs file is made of. */
export interface NewJob {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Remove at the destination what the source no longer has. */
  readonly removes: boolean;
  readonly when:
    | { readonly kind: 'asked' }
    | { readonly kind: 'watch' }
    | { readonly kind: 'schedule'; readonly cron: string; readonly timeZone: string };
  /** Undefined: the token comes from the environment. */
  readonly tokenFile?: string | undefined;
  /** The S3-compatible server of a bucket. Undefined: the environment of each run says it, or it is S3 itself. */
  readonly s3EndpointUrl?: string | undefined;
}

/** Where editors find the schema of the file. */
export const schemaAddress = (version: string): string =>
  `https://unpkg.com/stagesync@${version}/schema/jobs.json`;

/** The text of a jobs file with one job, commented, with the next things that people want to write as comments. */
export function newJobsFile(job: NewJob, version: string): string {
  const profile = profileText('main', job);
  return `# yaml-language-server: $schema=${schemaAddress(version)}
#
# Jobs of stagesync. All that can stand here: docs/pipelines/jobs-file.md.
#   stagesync jobs validate    check this file
#   stagesync run              run all jobs once
#   stagesync up               keep watches and schedules running

${profile}jobs:
  ${scalar(job.name)}:
    # a directory, s3://BUCKET/PREFIX or stage://DEPLOYMENT/PATH;
    # a relative path is read from the folder of this file
    from: ${scalar(job.from)}
    to: ${scalar(job.to)}
${profile === '' ? '' : '    profile: main\n'}${whenText(job.when)}    what:
${removalText(job.removes)}      # filters: the last rule that matches a file decides
      # filters:
      #   - exclude: "*"
      #   - include: "*.csv"

# Who is told when a job fails, or works again:
# notify:
#   - webhook: https://hooks.example.com/stagesync
`;
}

/** Where the job's requests go and what authorises them, as far as that is no matter of the environment. */
function profileText(name: string, { tokenFile, s3EndpointUrl }: NewJob): string {
  const lines = [
    ...(tokenFile === undefined
      ? []
      : ['    # a file that holds the API token, and nothing else', `    token_file: ${scalar(tokenFile)}`]),
    ...(s3EndpointUrl === undefined
      ? []
      : ['    s3:', '      # the S3-compatible server', `      endpoint_url: ${scalar(s3EndpointUrl)}`]),
  ];
  return lines.length === 0 ? '' : ['profiles:', `  ${name}:`, ...lines, '', ''].join('\n');
}

function whenText(when: NewJob['when']): string {
  switch (when.kind) {
    case 'asked':
      return `    # when stagesync up runs it; without both, when asked for:
    # schedule: { cron: "30 2 * * *", timezone: Europe/Berlin }
    # watch: true
`;
    case 'watch':
      return `    # changes are brought over as they happen, while stagesync up runs
    watch: true
`;
    case 'schedule':
      return `    # minute, hour, day of the month, month, day of the week
    schedule:
      cron: ${scalar(when.cron)}
      timezone: ${scalar(when.timeZone)}
`;
    default:
      return when satisfies never;
  }
}

const removalText = (removes: boolean): string =>
  removes
    ? `      # what this job put there goes when the source has it no more
      removal: ours
`
    : `      # none: nothing is removed; ours: what this job put there goes when
      # the source has it no more
      removal: none
`;

/** A value on one line, in quotes where YAML wants them; a "\${" of the user stays what it is. */
function scalar(value: string): string {
  const text = value.replaceAll('${', () => '$${');
  // what is not seen is written by its number
  if (UNSEEN.test(text)) return JSON.stringify(text).replaceAll(new RegExp(UNSEEN, 'gu'), escaped);
  return stringify(text, { lineWidth: 0, defaultStringType: 'PLAIN' }).trimEnd();
}

const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;

const escaped = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
