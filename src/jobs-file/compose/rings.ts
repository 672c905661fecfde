import { keyOf, keysAbove, type JobPlaces, type Place } from './job-places.ts';

/**
 * Rings of jobs that feed each other, as their numbers in the order in which they do: a shortest one of each set of jobs that all
 * feed each other in the end. One job feeds another where its target lies in the other's source, or the source in the target.
 */
export function findRings(jobs: readonly JobPlaces[]): number[][] {
  const ways = feeding(jobs);
  return setsIn(ways)
    .map((set) => {
      const members = set.filter((node) => typeof node === 'number');
      return members.length === 0 ? [] : ringThrough(Math.min(...members), ways, new Set(set));
    })
    .filter((ring) => ring.length > 0)
    .toSorted(([a = 0], [b = 0]) => a - b);
}

/** A job, or the key of a place that stands for all jobs there: from each to each would be too many ways. */
type Node = number | string;
type Ways = ReadonlyMap<Node, ReadonlySet<Node>>;

function feeding(jobs: readonly JobPlaces[]): Ways {
  const ways = new Map<Node, Set<Node>>();
  const lead = (from: Node, to: Node): void => {
    const others = ways.get(from);
    if (others === undefined) ways.set(from, new Set([to]));
    else others.add(to);
  };
  const keysOf = (end: 'from' | 'to'): Set<string> =>
    new Set(jobs.flatMap((job) => (job[end] === undefined ? [] : [keyOf(job[end])])));
  const above = (place: Place | undefined, among: ReadonlySet<string>): string[] =>
    place === undefined ? [] : keysAbove(place).filter((key) => among.has(key));
  const [sources, targets] = [keysOf('from'), keysOf('to')];
  for (const [at, { from, to }] of jobs.entries()) {
    for (const key of above(to, sources)) lead(at, `source ${key}`);
    if (from !== undefined) lead(`source ${keyOf(from)}`, at);
    if (to !== undefined) lead(at, `target ${keyOf(to)}`);
    for (const key of above(from, targets)) lead(`target ${key}`, at);
  }
  return ways;
}

/** The sets of nodes from each of which all others of the set are reached, by Tarjan's algorithm; without calls that nest. */
function setsIn(ways: Ways): Node[][] {
  const sets: Node[][] = [];
  const numbers = new Map<Node, number>();
  /** The lowest number that is reached from a node within its set. */
  const lowest = new Map<Node, number>();
  const open: Node[] = [];
  const isOpen = new Set<Node>();
  const enter = (node: Node): { node: Node; rest: Iterator<Node> } => {
    numbers.set(node, numbers.size);
    lowest.set(node, numbers.size - 1);
    open.push(node);
    isOpen.add(node);
    return { node, rest: (ways.get(node) ?? new Set<Node>()).values() };
  };
  const reach = (node: Node, number: number): void =>
    void lowest.set(node, Math.min(lowest.get(node)!, number));
  for (const start of ways.keys()) {
    if (numbers.has(start)) continue;
    const path = [enter(start)];
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const { value: next, done } = at.rest.next();
      if (done !== true) {
        if (!numbers.has(next)) path.push(enter(next));
        else if (isOpen.has(next)) reach(at.node, numbers.get(next)!);
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above !== undefined) reach(above.node, lowest.get(at.node)!);
      if (lowest.get(at.node) !== numbers.get(at.node)) continue;
      const set = open.splice(open.lastIndexOf(at.node));
      for (const node of set) isOpen.delete(node);
      sets.push(set);
    }
  }
  return sets;
}

/** The jobs of a shortest ring through `start`; none where there is no ring. */
function ringThrough(start: number, ways: Ways, within: ReadonlySet<Node>): number[] {
  const cameFrom = new Map<Node, Node>();
  const queue: Node[] = [start];
  for (const at of queue)
    for (const to of ways.get(at) ?? []) {
      if (to === start) {
        const ring: Node[] = [at];
        for (let back = at; back !== start; ring.push(back)) back = cameFrom.get(back)!;
        return ring.filter((node) => typeof node === 'number').toReversed();
      }
      if (within.has(to) && !cameFrom.has(to)) {
        cameFrom.set(to, at);
        queue.push(to);
      }
    }
  return [];
}
