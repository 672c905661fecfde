import type { Starter } from '../../../api/resources/starters.ts';
import type { Field, Row } from '../../management/printing/fields.ts';
import type { Run } from '../../management/run.ts';
import { stageAddress } from '../../management/stage-address.ts';

export const shownStarter = (run: Pick<Run, 'flags'>, starter: Starter): Row => ({
  ...starter,
  stage: stageAddress(run, { name: starter.name, workspaceGroupID: starter.virtualWorkspaceID }),
});

export const STARTER_FIELDS: readonly Field[] = [
  { key: 'name', isListed: true },
  { key: 'databaseName', title: 'DATABASE', isListed: true },
  { key: 'endpoint', isListed: true },
  { key: 'mysqlDmlPort', title: 'SQL PORT' },
  { key: 'websocketPort', title: 'WEBSOCKETS PORT' },
  { key: 'virtualWorkspaceID', title: 'ID', isListed: true },
  { key: 'stage' },
  { key: 'createdAt', title: 'CREATED' },
];
