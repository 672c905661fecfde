import { randomUUID } from 'node:crypto';
import { Refusal } from '../../http/refusal.ts';
import { deploymentIdOf } from '../deployments.ts';
import { JOB_CREATE } from '../bodies.ts';
import type { Call, Operation } from '../operation.ts';
import { completedCount, executionAt, executionCount } from '../timeline/job-timeline.ts';
import type { Execution, JobSchedule } from '../timeline/job-timeline.ts';
import { isoTime, parseTime } from '../timeline/times.ts';
import { OWNER } from '../world/organization.ts';
import type { Resource } from '../world/resources.ts';

const area = 'jobs';
const EXECUTION_MS = 300;
const RUNTIMES = [
  { name: 'notebooks-cpu-small', description: 'Small' },
  { name: 'notebooks-cpu-medium', description: 'Medium' },
];

/** Scheduled notebooks. They run by the clock alone: nothing is executed. */
export const JOBS: readonly Operation[] = ['/v1/jobs', '/v2/jobs'].flatMap((path): Operation[] => [
  { method: 'POST', path, area, operation: 'create', work: create },
  { method: 'GET', path: `${path}/runtimes`, area, operation: 'runtimes', work: () => RUNTIMES },
  {
    method: 'GET',
    path: `${path}/{jobID}`,
    area,
    operation: 'get',
    work: (call) => jobJson(call, jobOf(call)),
  },
  { method: 'GET', path: `${path}/{jobID}/executions`, area, operation: 'executions', work: executions },
  {
    method: 'GET',
    path: `${path}/{jobID}/parameters`,
    area,
    operation: 'parameters',
    work: (call) => jobOf(call).settings.parameters ?? [],
  },
  { method: 'DELETE', path: `${path}/{jobID}`, area, operation: 'delete', work: remove },
]);

function create(call: Call): object {
  const settings = call.body(JOB_CREATE);
  const { startAt, mode } = settings.schedule;
  if (startAt !== undefined && parseTime(startAt) === undefined)
    throw new Refusal(400, 'schedule.startAt: is not a time');
  const targets =
    call.version === 'v2' ? ['Cluster', 'VirtualCluster'] : ['Workspace', 'Cluster', 'VirtualWorkspace'];
  const { targetConfig } = settings;
  if (targetConfig !== undefined && !targets.includes(targetConfig.targetType))
    throw new Refusal(400, `targetConfig.targetType: must be one of ${targets.join(', ')}`);
  const job: Resource<'job'> = {
    kind: 'job',
    id: randomUUID(),
    parent: '',
    name: settings.name ?? mode,
    settings,
    history: [{ at: call.now, did: 'create' }],
  };
  call.world.resources.insert(job);
  return jobJson(call, job);
}

function executions(call: Call): object {
  const job = jobOf(call);
  const schedule = scheduleOf(job);
  const last = executionCount(schedule, call.now);
  const number = (name: string, otherwise: number): number => {
    const asked = Number(call.query.get(name) ?? otherwise);
    if (!Number.isInteger(asked) || asked < 1)
      throw new Refusal(400, `${name}: is not an execution's number`);
    return asked;
  };
  const [start, end] = [number('start', 1), Math.min(number('end', last), last)];
  const numbers = Array.from({ length: Math.max(0, end - start + 1) }, (_, at) => start + at);
  return {
    executions: numbers.map((each) => executionJson(job.id, executionAt(schedule, each, call.now))),
    executionsMetadata: { startExecutionNumber: start, endExecutionNumber: end },
  };
}

function remove(call: Call): boolean {
  call.world.resources.delete(jobOf(call).id);
  return true;
}

function jobOf(call: Call): Resource<'job'> {
  const id = call.id('jobID');
  const job = call.world.resources.get('job', id);
  if (job === undefined) throw new Refusal(404, `job ${id} not found`);
  return job;
}

function scheduleOf({ settings, history }: Resource<'job'>): JobSchedule {
  const { startAt, mode, executionIntervalInMinutes: minutes } = settings.schedule;
  const created = history[0]?.at ?? 0;
  return {
    startAt: Math.max(created, startAt === undefined ? created : (parseTime(startAt) ?? created)),
    intervalMs: mode === 'Recurring' && minutes !== undefined ? minutes * 60_000 : undefined,
    executionMs: EXECUTION_MS,
  };
}

function jobJson(call: Call, job: Resource<'job'>): object {
  const { name, description, executionConfig, schedule, targetConfig } = job.settings;
  const completed = completedCount(scheduleOf(job), call.now);
  const seconds = completed === 0 ? {} : { avgDurationInSeconds: 0.3, maxDurationInSeconds: 0.3 };
  return {
    jobID: job.id,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    createdAt: isoTime(job.history[0]?.at ?? 0),
    enqueuedBy: OWNER,
    completedExecutionsCount: completed,
    executionConfig: { maxAllowedExecutionDurationInMinutes: 60, ...executionConfig },
    jobMetadata: [{ count: completed, status: 'Completed', ...seconds }],
    schedule: { ...schedule, startAt: isoTime(scheduleOf(job).startAt) },
    ...(targetConfig !== undefined && { targetConfig: { resumeTarget: false, ...targetConfig } }),
  };
}

const executionJson = (jobID: string, execution: Execution): object => ({
  executionID: deploymentIdOf(`${jobID}/${execution.number}`),
  jobID,
  executionNumber: execution.number,
  status: execution.status,
  scheduledStartTime: isoTime(execution.scheduledAt),
  ...(execution.startedAt !== undefined && { startedAt: isoTime(execution.startedAt) }),
  ...(execution.finishedAt !== undefined && { finishedAt: isoTime(execution.finishedAt) }),
});
