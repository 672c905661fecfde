import * as z from 'zod';
import { operation } from '../operation.ts';

export const metrics = {
  /** OpenMetrics, as text. */
  ofGroup: operation({
    verb: 'GET',
    path: '/v2/organizations/{organizationID}/workspaceGroups/{workspaceGroupID}/metrics',
    reply: z.string(),
    format: 'text',
    repeat: 'safe',
    does: 'look up',
    object: 'the metrics of workspace group {workspaceGroupID}',
  }),
};
