import * as z from 'zod';
import { operation } from '../operation.ts';
import { id, optionalText, word } from './shapes.ts';

export const project = z.looseObject({
  projectID: id,
  name: word,
  /** 'SHARED', 'STANDARD', 'ENTERPRISE', and any later one. */
  edition: optionalText,
  createdAt: optionalText,
});

export type Project = z.infer<typeof project>;

/** A cluster is created in a project. */
export const projects = {
  list: operation({
    verb: 'GET',
    path: '/v1/projects',
    reply: z.array(project),
    repeat: 'safe',
    does: 'list',
    object: 'the projects',
  }),
  listV2: operation({
    verb: 'GET',
    path: '/v2/projects',
    reply: z.array(project),
    repeat: 'safe',
    does: 'list',
    object: 'the projects',
  }),
};
