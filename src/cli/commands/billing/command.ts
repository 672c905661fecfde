import { workspaceSize } from '../../flags/management-values.ts';
import { duration, positiveNumber } from '../../flags/values.ts';
import type { Noun } from '../../management/noun.ts';

export const billing: Noun = {
  name: 'billing',
  verbs: [
    {
      name: 'usage',
      summary: 'show what was used, and draw it',
      description:
        'Show what was used in the whole organization: compute credits or storage, for each workspace and day. Times are in UTC; the last day is part of the period. Without --from: the last 7 whole days.',
      flags: [
        {
          flag: '--from <time>',
          help: 'a date, a time with any offset, a month (2026-10), 7d, this-month or last-month',
        },
        { flag: '--to <time>', help: 'a date, a time or a month; it is part of the period' },
        {
          flag: '--by <length>',
          help: 'how finely it is cut (default: day; drawn by month where there are more than 31)',
          choices: ['hour', 'day', 'month'],
        },
        {
          flag: '--group-by <what>',
          help: 'what is added up',
          choices: ['workspace', 'group', 'owner', 'type', 'none'],
          default: 'workspace',
        },
        {
          flag: '--metric <metric>',
          help: 'what was used',
          choices: ['compute', 'storage', 'all'],
          default: 'compute',
        },
        {
          flag: '--credit-price <price>',
          help: 'what a credit costs: adds an estimate in money',
          read: positiveNumber,
        },
        { flag: '--plot', help: 'draw it as bars on the terminal' },
        { flag: '--plot-file <file>', help: 'draw it into a picture, FILE.svg, or a page, FILE.html' },
        { flag: '--ascii', help: 'draw with # alone' },
      ],
      takes: ['rows'],
      work: async () => (await import('./show-usage.ts')).showUsage,
    },
    {
      name: 'simulate',
      summary: 'say what workspaces would use, before they are made',
      flags: [
        {
          flag: '--size <size>',
          help: 'a workspace of this size; repeatable',
          read: workspaceSize,
          isList: true,
          isRequired: true,
        },
        { flag: '--for <duration>', help: 'how long it runs (default: 30d)', read: duration },
        { flag: '--scale-factor <n>', help: 'of each', read: positiveNumber },
        { flag: '--edition <edition>', help: 'the edition of the organization' },
        {
          flag: '--credit-price <price>',
          help: 'what a credit costs: adds an estimate in money',
          read: positiveNumber,
        },
      ],
      takes: ['row', 'change'],
      work: async () => (await import('./simulate-usage.ts')).simulateUsage,
    },
  ],
  examples: `  stagesync billing usage --local --plot                  try it: no account needed
  stagesync billing usage --from last-month --group-by group
  stagesync billing usage --from 30d --plot-file credits.html
  stagesync billing simulate --size S-2 --for 7d`,
};
