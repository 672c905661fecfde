import { randomUUID } from 'node:crypto';
import { Refusal } from '../../http/refusal.ts';
import { PROJECT_CREATE, PROJECT_UPDATE } from '../bodies.ts';
import type { Call, Operation } from '../operation.ts';
import { isoTime } from '../timeline/times.ts';
import { PROJECT } from '../world/organization.ts';
import type { Resource } from '../world/resources.ts';
import { nameTaken } from './refusals.ts';

const area = 'projects';

/** What holds clusters. One is there at the start and stays. */
export const PROJECTS: readonly Operation[] = ['/v1/projects', '/v2/projects'].flatMap(
  (path): Operation[] => [
    { method: 'GET', path, area, operation: 'list', work: list },
    { method: 'POST', path, area, operation: 'create', work: create },
    {
      method: 'GET',
      path: `${path}/{projectID}`,
      area,
      operation: 'get',
      work: (call) => (call.id('projectID') === PROJECT.projectID ? PROJECT : projectJson(projectOf(call))),
    },
    { method: 'PATCH', path: `${path}/{projectID}`, area, operation: 'update', work: update },
    { method: 'DELETE', path: `${path}/{projectID}`, area, operation: 'delete', work: remove },
  ],
);

/** Of a project that is gone: nothing. */
export const projectName = ({ world }: Call, id: string): string | undefined =>
  id === PROJECT.projectID ? PROJECT.name : world.resources.get('project', id)?.name;

function list({ world }: Call): readonly object[] {
  return [PROJECT, ...world.resources.list('project').map(projectJson)];
}

function create(call: Call): object {
  const { name, edition } = call.body(PROJECT_CREATE);
  checkName(call, name);
  const projectID = randomUUID();
  const history = [{ at: call.now, did: 'create' as const }];
  call.world.resources.insert({
    kind: 'project',
    id: projectID,
    parent: '',
    name,
    settings: { edition },
    history,
  });
  return { projectID };
}

function update(call: Call): object {
  const project = projectOf(call);
  const { name } = call.body(PROJECT_UPDATE);
  if (name !== undefined && name !== project.name) checkName(call, name);
  call.world.resources.update(project, { name });
  return { projectID: project.id };
}

function remove(call: Call): object {
  const { id } = projectOf(call);
  const isUsed = call.world
    .groups(call.now)
    .some(({ resource, view }) => resource.settings.projectID === id && view.phase !== 'terminated');
  if (isUsed) throw new Refusal(400, `project ${id} has clusters`);
  call.world.resources.delete(id);
  return { projectID: id };
}

function checkName(call: Call, name: string): void {
  const names = [PROJECT.name, ...call.world.resources.list('project').map((each) => each.name)];
  if (names.includes(name)) throw nameTaken(call, 'project', name);
}

function projectOf(call: Call): Resource<'project'> {
  const id = call.id('projectID');
  if (id === PROJECT.projectID) throw new Refusal(400, 'the first project cannot be changed');
  const project = call.world.resources.get('project', id);
  if (project === undefined) throw new Refusal(404, `project ${id} not found`);
  return project;
}

const projectJson = ({ id, name, settings, history }: Resource<'project'>): object => ({
  projectID: id,
  name,
  edition: settings.edition,
  createdAt: isoTime(history[0]?.at ?? 0),
});
