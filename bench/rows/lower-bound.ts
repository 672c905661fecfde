/** What no client could beat, with `lanes` requests at the same time. */
export interface Requests {
  /** Independent requests of one kind, and the milliseconds an answer takes. */
  readonly count: number;
  readonly answerMs: number;
}

/**
 * The listing that comes before everything, the requests on their lanes, and the listing that can only confirm once
 * they are done.
 */
export const lowerBoundMs = (requests: Requests, lanes: number, listingMs: number): number =>
  (requests.count * requests.answerMs) / lanes + 2 * listingMs;
