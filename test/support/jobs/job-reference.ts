import type { JobSections } from '../../../src/jobs/job.ts';
import { durationText } from '../../../src/jobs/settings/quantities.ts';
import type { AnySetting } from '../../../src/jobs/settings/setting.ts';
import { settingsIn } from '../../../src/jobs/settings/settings.ts';

const INTRODUCTION = `# A job

A job says as plain JSON what is made equal to what, and how: a plan file holds one, and a program gives one to \`openJob\` (\`readJob\`
reads it from JSON, \`createJob\` makes it of its ends). [schema/job.json](../schema/job.json) is its JSON Schema. Each setting is a flag of the command line, too; what the flags do in
full is in [commands.md](commands.md).

A job never says where requests go or what authorises them (token, API address, S3 endpoint, AWS profile), nor does it pass a guard: that is
the word of who runs it. It may name a \`profile\`, which whoever runs it has to know. A plan file has neither \`name\`, \`when\`, \`load\` nor \`profile\`, and no \`sweepOlderThan\`.

| key | value | meaning |
| --- | --- | --- |
| \`name\` | text | A name for people. May be left out. |
| \`from\` | address | An absolute path of a directory, or \`s3://BUCKET/PREFIX\`. |
| \`to\` | address | \`stage://DEPLOYMENT/PATH\`, \`stage:///PATH\` or \`stage://local/PATH\`. |
| \`what\`, \`pace\`, \`when\`, \`load\` | settings | The tables below. All settings may be left out. |
| \`profile\` | text | The name of a profile. May be left out. |

A duration is a number of milliseconds, or a text with a unit: \`500ms\`, \`1s\`, \`5m\`, \`1h\`, \`1d\`. A rate is a number of bytes a second, or a text: \`500K\`, \`10M\`.
`;

const TITLES: Readonly<Record<keyof JobSections, string>> = {
  what: 'what: what is done, to which files, and how they are published',
  pace: 'pace: how fast',
  when: 'when: when a watch looks',
  load: 'load: the way from the Stage to a table',
};

/** docs/job.md, made of the tables of settings. */
export function jobReference(): string {
  const sections = (Object.keys(TITLES) as (keyof JobSections)[]).map(
    (section) => `
## ${TITLES[section]}

| setting | value | default | flags | meaning |
| --- | --- | --- | --- | --- |
${settingsIn(section).map(row).join('\n')}
`,
  );
  return INTRODUCTION + sections.join('');
}

function row([name, setting]: readonly [string, AnySetting]): string {
  const flags = setting.flags.map(({ flag }) => `\`${flag}\``).join(', ');
  const meaning = setting.meaning ?? setting.flags[0]?.help ?? '';
  return `| \`${name}\` | ${valueOf(setting)} | ${defaultOf(setting)} | ${flags} | ${sentence(meaning)} |`;
}

function valueOf({ type }: AnySetting): string {
  if (type.kind === 'choice') return type.choices.map((choice) => `\`"${choice}"\``).join(', ');
  return VALUES[type.kind];
}

const VALUES = {
  switch: '`true`, `false`',
  count: 'whole number',
  countOrAuto: 'whole number, `"auto"`',
  number: 'number',
  duration: 'duration',
  byteRate: 'rate',
  bytes: 'size',
  sample: '`"all"`, `"sample=N"`, whole number',
  rules: 'list of rules',
  fileName: 'file name',
  name: 'name',
} as const;

function defaultOf({ type, default: value }: AnySetting): string {
  if (value === undefined) return '';
  if (type.kind === 'duration') return `\`"${durationText(value as number)}"\``;
  return `\`${JSON.stringify(value)}\``;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
