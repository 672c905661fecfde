import { hash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from '../../bench.ts';
import type { Started } from '../../measure/child.ts';
import { launchTool } from '../../product.ts';
import { freshState, stageAddress } from '../tool-runs.ts';
import { openBroker } from './broker.ts';
import { linesOf, until } from './workers.ts';

/** What came of the kill of a leader, in milliseconds after it. */
export interface LeaderKill {
  /** Until the other daemon led. */
  readonly ledMs: number;
  /** Until a file that was written right after the kill was on the Stage. */
  readonly arrivedMs: number;
}

const INTO = 'led/';
/** Of the default lease; a kill falls at another moment of it each time. */
const RENEWAL_MS = 3000;
/** A small run does not wait for the default one. */
const QUICK_LEASE = ['--lease-ttl', '2s'];

/** Two daemons of one jobs file: the one that leads is killed, and started again to stand by. */
export async function killLeaders(bench: Bench, kills: number): Promise<readonly LeaderKill[]> {
  await using broker = await openBroker();
  const folder = freshState(bench, 'led');
  const [data, copies] = [join(folder, 'data'), join(folder, 'copies')];
  for (const each of [data, copies]) mkdirSync(each);
  const file = join(folder, 'stagesync.json');
  writeFileSync(file, JSON.stringify({ jobs: { led: { from: data, to: stageAddress(INTO), watch: true } } }));
  const flags = ['--lease', broker.url, '--ledger-copy', copies, ...(bench.quick ? QUICK_LEASE : [])];
  const launch = (machine: string): Started =>
    launchTool(bench.product, ['up', '--file', file, '--log', 'json', ...flags], {
      state: freshState(bench, `daemon-${machine}`),
      sinkUrl: bench.sink.url,
    });
  const written = new Map<string, string>();
  /** Writes a file, and resolves when it is on the Stage as it was written. */
  const bring = async (name: string, by: Started): Promise<void> => {
    const content = `the file ${name}\n`;
    writeFileSync(join(data, name), content);
    written.set(name, hash('sha256', content));
    await until(`${name} is on the Stage`, by, () => isThere(bench, name, written.get(name)));
  };
  let [leader, standby] = [launch('a'), launch('b')];
  try {
    await until('a daemon leads', leader, () => leads(leader) || leads(standby));
    if (leads(standby)) [leader, standby] = [standby, leader];
    const results: LeaderKill[] = [];
    for (let at = 0; at < kills; at++) {
      await bring(`before-${at}`, leader);
      if (leads(standby)) throw new Error('wrong result: two daemons lead');
      await wait(bench.quick ? 0 : (RENEWAL_MS * at) / kills);
      leader.kill('SIGKILL');
      const killedAt = performance.now();
      const since = (): number => performance.now() - killedAt;
      const arrived = bring(`after-${at}`, standby).then(since);
      arrived.catch(() => undefined);
      await until('the other daemon leads', standby, () => leads(standby));
      const ledMs = since();
      results.push({ ledMs, arrivedMs: await arrived });
      bench.say(`  killed leader: the next one led after ${(ledMs / 1000).toFixed(1)} s`);
      await leader.ended;
      // a machine that knows nothing yet takes its place
      [leader, standby] = [standby, launch(at % 2 === 0 ? 'a' : 'b')];
    }
    await checkWhole(bench, written);
    return results;
  } finally {
    for (const each of [leader, standby]) each.kill('SIGKILL');
    await Promise.all([leader.ended, standby.ended]);
    rmSync(folder, { recursive: true, force: true });
  }
}

const leads = (daemon: Started): boolean =>
  linesOf(daemon.said().stderr).some(({ event }) => event === 'leads');

async function isThere(bench: Bench, name: string, digest: string | undefined): Promise<boolean> {
  const { files } = await bench.sink.report();
  return files.some(([path, , found]) => path === INTO + name && found === digest);
}

/** Rejects unless just these files are on the Stage, as they were written. */
async function checkWhole(bench: Bench, written: ReadonlyMap<string, string>): Promise<void> {
  const { files, requests } = await bench.sink.report();
  const wrong = files.filter(
    ([path, , digest]) => path.startsWith(INTO) && written.get(path.slice(INTO.length)) !== digest,
  );
  if (wrong.length > 0) throw new Error(`wrong result: ${wrong.map(([path]) => path).join(', ')}`);
  if (requests.DELETE + requests.PATCH > 0) throw new Error('wrong result: something was removed or moved');
}
