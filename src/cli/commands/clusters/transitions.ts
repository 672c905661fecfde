import { clusters, type Cluster } from '../../../api/resources/clusters.ts';
import { inState } from '../../../api/waiting/awaited.ts';
import { printable } from '../../../model/printable.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { waitForEnd } from '../../management/changing/waiting.ts';
import { ifExists } from '../../management/find.ts';
import { printOutcome } from '../../management/printing/print-outcome.ts';
import type { Run } from '../../management/run.ts';
import { shownCluster } from './cluster-fields.ts';

/** What all changes of a cluster's state have in common. */
function transitionOf(run: Run, cluster: Cluster, state: string) {
  const { clusterID, name } = cluster;
  const thing = `cluster ${name}`;
  return {
    thing,
    already: cluster.state.toUpperCase() === state ? `is ${state} already` : undefined,
    shown: cluster,
    idOf: () => clusterID,
    again: () => `clusters wait ${clusterID} --for ${state.toLowerCase()}`,
    print: (row: object) =>
      printOutcome(run, `${thing} is ${state}`, shownCluster(run, { ...cluster, ...row })),
  } as const;
}

const find = async (run: Run): Promise<Cluster> =>
  (await run.api.names.find('cluster', run.args[0] ?? '')).row;

export async function suspendCluster(run: Run): Promise<ExitStatus> {
  const cluster = await find(run);
  const { clusterID } = cluster;
  return change(run, {
    ...transitionOf(run, cluster, 'SUSPENDED'),
    operation: clusters.suspend,
    input: { clusterID },
  });
}

export async function resumeCluster(run: Run<{ readonly autoSuspend: boolean }>): Promise<ExitStatus> {
  const cluster = await find(run);
  const { clusterID } = cluster;
  const keeps = run.flags.autoSuspend;
  const transition = transitionOf(run, cluster, 'ACTIVE');
  return change(run, {
    ...transition,
    already: keeps ? transition.already : undefined,
    operation: clusters.resume,
    input: { clusterID, ...(!keeps && { body: { disableAutoSuspend: true } }) },
  });
}

export async function terminateCluster(run: Run<{ readonly ifExists?: true }>): Promise<ExitStatus> {
  const cluster = await ifExists(run, `cluster ${run.args[0] ?? ''}`, () => find(run));
  if (cluster === undefined) return EXIT.clean;
  const { clusterID, name } = cluster;
  return change(run, {
    ...transitionOf(run, cluster, 'TERMINATED'),
    operation: clusters.terminate,
    input: { clusterID },
    confirmation: {
      name,
      id: clusterID,
      warning: [
        `This ends cluster ${printable(name)} (${printable(clusterID)}) for good, with its databases and its Stage.`,
        'To save money for a while, suspend it instead.',
      ],
    },
  });
}

export async function waitForCluster(run: Run<{ readonly for: string }>): Promise<ExitStatus> {
  const { row } = await run.api.names.find('cluster', run.args[0] ?? '', { includeTerminated: true });
  const { clusterID } = row;
  const state = run.flags.for.toUpperCase();
  const { thing, print, again } = transitionOf(run, row, state);
  const look = { operation: clusters.get, input: { clusterID } };
  print((await waitForEnd(run, inState({ what: thing, look, state }), again())) ?? {});
  return EXIT.clean;
}
