import { Refusal } from '../../../http/refusal.ts';
import { parseDeploymentId } from '../../../stage/stage-path.ts';
import { WORKSPACE_CREATE, WORKSPACE_RESUME, WORKSPACE_UPDATE } from '../../bodies.ts';
import type { Call, Operation } from '../../operation.ts';
import { changeWorkspace, makeWorkspace, resumeWorkspace, suspendWorkspace } from './make-workspace.ts';
import {
  changeableWorkspace,
  checkCredits,
  checkLock,
  nameTaken,
  noSuchWorkspace,
  workspaceOf,
} from '../refusals.ts';
import { workspaceJson } from './workspace-json.ts';

const ID = 'workspaceID';
const COLLECTION = '/v1/workspaces';
const ONE = `${COLLECTION}/{${ID}}`;

export const WORKSPACES: readonly Operation[] = [
  { method: 'GET', path: COLLECTION, area: 'workspaces', operation: 'list', fields: true, work: list },
  { method: 'POST', path: COLLECTION, area: 'workspaces', operation: 'create', work: create },
  {
    method: 'GET',
    path: ONE,
    area: 'workspaces',
    operation: 'get',
    fields: true,
    work: (call) => workspaceJson(call, workspaceOf(call, call.id(ID))),
  },
  { method: 'PATCH', path: ONE, area: 'workspaces', operation: 'update', work: update },
  { method: 'DELETE', path: ONE, area: 'workspaces', operation: 'terminate', work: terminate },
  { method: 'POST', path: `${ONE}/suspend`, area: 'workspaces', operation: 'suspend', work: suspend },
  { method: 'POST', path: `${ONE}/resume`, area: 'workspaces', operation: 'resume', work: resume },
];

function list(call: Call): readonly object[] {
  const asked = call.query.get('workspaceGroupID');
  if (asked === null) throw new Refusal(400, 'workspaceGroupID: is missing');
  const group = livingOrEnded(call, parseDeploymentId(asked));
  return call.world
    .workspacesOf(group, call.now - call.switches.listLagMs)
    .filter(({ view }) => call.isTrue('includeTerminated') || view.phase !== 'terminated')
    .map((workspace) => workspaceJson(call, workspace));
}

/** The workspaces of a group that has ended can be asked for together with terminated ones. */
function livingOrEnded(call: Call, id: string) {
  const group = call.world.group(id, call.now);
  if (group === undefined) throw new Refusal(404, `workspace group ${id} not found`);
  return group;
}

function create(call: Call): object {
  const asked = call.body(WORKSPACE_CREATE);
  const group = call.world.group(asked.workspaceGroupID, call.now);
  if (group === undefined || group.view.phase === 'terminated')
    throw new Refusal(
      call.switches.unknownGroupStatus,
      `workspaceGroupID: workspace group ${asked.workspaceGroupID} not found`,
    );
  if (group.view.phase === 'failed')
    throw new Refusal(400, 'workspaceGroupID: the workspace group has failed');
  checkCredits(call);
  checkLock(call);
  const siblings = call.world.workspacesOf(group, call.now);
  if (siblings.some(({ resource, view }) => resource.name === asked.name && view.phase !== 'terminated'))
    throw nameTaken(call, 'workspace', asked.name);
  return { workspaceID: makeWorkspace(call, group, asked) };
}

function update(call: Call): object {
  const workspace = changeableWorkspace(call, call.id(ID));
  changeWorkspace(call, workspace, call.body(WORKSPACE_UPDATE));
  return { workspaceID: workspace.resource.id };
}

function suspend(call: Call): object {
  const workspaceID = call.id(ID);
  suspendWorkspace(call, workspaceID);
  return { workspaceID };
}

function resume(call: Call): object {
  const workspaceID = call.id(ID);
  const { disableAutoSuspend } = call.body(WORKSPACE_RESUME, { mayBeMissing: true });
  resumeWorkspace(call, workspaceID, disableAutoSuspend);
  return { workspaceID };
}

function terminate(call: Call): object {
  const { resource, view } = workspaceOf(call, call.id(ID));
  if (view.phase === 'terminated' || view.phase === 'terminating') throw noSuchWorkspace(resource.id);
  const done = call.now + call.switches.terminateMs;
  call.world.resources.update(resource, { events: [{ at: call.now, did: 'terminate', done }] });
  return { workspaceID: resource.id };
}
