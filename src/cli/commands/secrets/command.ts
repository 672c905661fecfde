import type { ArgumentRow, Noun, Verb } from '../../management/noun.ts';
import { IF_EXISTS } from '../../management/shared-rows.ts';

const NAME: ArgumentRow = ['<name>', 'a name or an ID'];

const list: Verb = {
  name: 'list',
  summary: 'list secrets, without their values',
  takes: ['rows'],
  work: async () => (await import('./look.ts')).listSecrets,
};

const get: Verb = {
  name: 'get',
  summary: 'show a secret, without its value',
  arguments: [NAME],
  flags: [{ flag: '--value', help: 'print the value alone, and nothing else' }],
  takes: ['row'],
  work: async () => (await import('./look.ts')).getSecret,
};

const set: Verb = {
  name: 'set',
  summary: 'make a secret, or give it another value',
  arguments: [['<name>', 'its name: letters, digits and underscores']],
  flags: [
    {
      flag: '--value-file <file>',
      help: 'read the value from this file; - asks for it, or reads stdin',
      isRequired: true,
    },
  ],
  takes: ['row', 'change'],
  work: async () => (await import('./changes.ts')).setSecret,
};

const remove: Verb = {
  name: 'delete',
  summary: 'delete a secret for good',
  arguments: [NAME],
  flags: [IF_EXISTS],
  takes: ['row', 'change', 'confirm'],
  work: async () => (await import('./changes.ts')).deleteSecret,
};

export const secrets: Noun = {
  name: 'secrets',
  verbs: [list, get, set, remove],
  examples: `  stagesync secrets list
  stagesync secrets set api-key --value-file -           asks for it, or reads stdin
  stagesync secrets delete api-key --yes`,
};
