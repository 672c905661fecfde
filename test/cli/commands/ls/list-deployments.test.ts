import { expect, test } from 'vitest';
import { fieldsWithin } from '../../../../src/cli/commands/ls/list-deployments.ts';
import { alignedRows } from '../../../../src/cli/management/printing/print-rows.ts';
import { textWidth } from '../../../../src/model/text-width.ts';

const ID = '2cfea4c8-67f9-5553-8c2f-22457fbc335d';
const row = (name: string, address = name) => ({
  name,
  kind: 'workspace_group',
  state: 'ACTIVE',
  region: 'us-east-1',
  stage: `stage://${address}/`,
  id: ID,
});

test.each([
  // not even what is always there fits: an address that is cut would be of no use
  [40, [row('local', ID)], ['name', 'state', 'stage']],
  [80, [row('local', ID)], ['name', 'kind', 'state', 'stage']],
  [80, [row('a name with spaces', ID)], ['name', 'state', 'stage']],
  [80, [row('sales'), row('exports')], ['name', 'kind', 'state', 'region', 'stage']],
  [200, [row('local', ID)], ['name', 'kind', 'state', 'region', 'stage', 'id']],
])('in %i columns: %j', (columns, rows, keys) => {
  const fields = fieldsWithin(columns, rows);
  expect(fields.map(({ key }) => key)).toEqual(keys);
  const lines = alignedRows(rows, fields);
  for (const { stage } of rows) expect(lines.some((line) => line.includes(stage))).toBe(true);
  if (columns >= 80) expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(columns);
});
