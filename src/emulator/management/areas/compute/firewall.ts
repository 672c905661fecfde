import type { Firewall, GroupView } from '../../timeline/group-timeline.ts';

const EVERYWHERE = '0.0.0.0/0';

export interface AskedFirewall {
  readonly firewallRanges?: readonly string[] | undefined;
  readonly allowAllTraffic?: boolean | undefined;
}

/**
 * The firewall that a request asks for, on top of the one there is; undefined when it asks for none. The service turns a
 * range of all addresses into `allowAllTraffic`, and does not keep the order of ranges.
 */
export function askedFirewall(asked: AskedFirewall, now: Firewall): Firewall | undefined {
  const { firewallRanges, allowAllTraffic } = asked;
  if (firewallRanges === undefined && allowAllTraffic === undefined) return undefined;
  const ranges = firewallRanges ?? now.ranges;
  if (ranges.includes(EVERYWHERE)) return { ranges: [], allowAllTraffic: true };
  return { ranges: [...new Set(ranges)].toSorted(), allowAllTraffic: allowAllTraffic ?? false };
}

/** As replies show it. */
export const firewallJson = ({ firewall }: GroupView): object => ({
  firewallRanges: firewall?.ranges ?? null,
  allowAllTraffic: firewall?.allowAllTraffic ?? false,
});
