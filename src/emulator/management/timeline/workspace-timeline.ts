/**
 * What a workspace is at a time, computed from what was done to it. Nothing here waits or is woken: a change that takes
 * a while says when it ends, and whoever asks later finds it done. All times are milliseconds since 1970.
 */
export type WorkspacePhase =
  | 'creating'
  | 'active'
  | 'suspending'
  | 'suspended'
  | 'resuming'
  /** v2 sends a cluster through PENDING whatever is changed of it. */
  | 'changing'
  | 'failed'
  | 'terminating'
  | 'terminated';

export interface AutoSuspend {
  /** IDLE counts from the last query or resumption, SCHEDULED from when it was set or the workspace resumed. */
  readonly type: 'IDLE' | 'SCHEDULED';
  readonly afterSeconds: number;
}

/** `at`: when it was asked for; `done`: when it has taken effect. */
export type WorkspaceEvent = { readonly at: number } & (
  | { readonly did: 'create'; readonly done: number; readonly size: string; readonly fails?: boolean }
  | { readonly did: 'suspend'; readonly done: number }
  | { readonly did: 'resume'; readonly done: number; readonly disableAutoSuspend?: boolean }
  /** Shows progress from `begins` on; before that, nothing. */
  | { readonly did: 'resize'; readonly begins: number; readonly done: number; readonly size: string }
  /** At v2, with or without a new size. */
  | { readonly did: 'change'; readonly done: number; readonly size?: string | undefined }
  | { readonly did: 'setAutoSuspend'; readonly autoSuspend: AutoSuspend | null }
  /** Queries, the last of them at `until`. It was active all the time between. */
  | { readonly did: 'use'; readonly until: number }
  | { readonly did: 'terminate'; readonly done: number }
);

/** From `from` on the workspace was so, until the next one. */
export interface WorkspaceSpan {
  readonly from: number;
  readonly phase: WorkspacePhase;
  readonly size: string;
}

export interface WorkspaceView {
  readonly phase: WorkspacePhase;
  /** When the phase began, and the one before. */
  readonly since: number;
  readonly before: WorkspacePhase;
  readonly size: string;
  readonly createdAt: number;
  readonly activeSince: number | undefined;
  readonly lastResumedAt: number | undefined;
  readonly terminatedAt: number | undefined;
  readonly resize: { readonly begins: number; readonly done: number } | undefined;
  readonly autoSuspend: (AutoSuspend & { readonly setAt: number; readonly suspendsAt: number }) | undefined;
  readonly spans: readonly WorkspaceSpan[];
}

/** `groupEnd`: when the group ends, and its workspaces with it. */
export function workspaceAt(
  history: readonly WorkspaceEvent[],
  now: number,
  groupEnd = Infinity,
): WorkspaceView {
  const story = new Story(groupEnd);
  for (const event of history) {
    if (event.at > now) break;
    story.goOn(event.at);
    story.happened(event);
  }
  story.goOn(now);
  return story.view();
}

/** What is under way: at `at` it becomes `phase`. */
interface Step {
  readonly at: number;
  readonly phase: WorkspacePhase;
  readonly size?: string | undefined;
}

class Story {
  readonly #groupEnd: number;
  readonly #spans: WorkspaceSpan[] = [];
  #phase: WorkspacePhase = 'creating';
  #before: WorkspacePhase = 'creating';
  #since = 0;
  #size = '';
  #step: Step | undefined;
  #resize: { begins: number; done: number } | undefined;
  #autoSuspend: (AutoSuspend & { setAt: number }) | undefined;
  #createdAt = 0;
  #activeSince: number | undefined;
  #lastUsed = 0;
  #lastResumedAt: number | undefined;
  #terminatedAt: number | undefined;

  constructor(groupEnd: number) {
    this.#groupEnd = groupEnd;
  }

  /** Lets everything happen that is due until then, in its order. */
  goOn(until: number): void {
    for (;;) {
      if (this.#phase === 'terminated' || this.#spans.length === 0) return;
      const step = this.#nextStep();
      if (step.at > until) return;
      this.#enter(step);
    }
  }

  happened(event: WorkspaceEvent): void {
    if (this.#phase === 'terminated') return;
    const { at } = event;
    switch (event.did) {
      case 'create':
        this.#createdAt = at;
        this.#size = event.size;
        this.#turn('creating', at);
        this.#step = { at: event.done, phase: event.fails === true ? 'failed' : 'active' };
        return;
      case 'suspend':
        this.#turn('suspending', at);
        this.#step = { at: event.done, phase: 'suspended' };
        return;
      case 'resume':
        if (event.disableAutoSuspend === true) this.#autoSuspend = undefined;
        this.#turn('resuming', at);
        this.#step = { at: event.done, phase: 'active' };
        return;
      case 'resize':
        this.#resize = { begins: event.begins, done: event.done };
        this.#step = { at: event.done, phase: 'active', size: event.size };
        return;
      case 'change':
        this.#step = { at: event.done, phase: this.#phase, size: event.size };
        this.#turn('changing', at);
        return;
      case 'setAutoSuspend':
        this.#autoSuspend = event.autoSuspend === null ? undefined : { ...event.autoSuspend, setAt: at };
        return;
      case 'use':
        this.#lastUsed = event.until;
        return;
      case 'terminate':
        this.#resize = undefined;
        this.#turn('terminating', at);
        this.#step = { at: event.done, phase: 'terminated' };
    }
  }

  view(): WorkspaceView {
    const autoSuspend = this.#autoSuspend && { ...this.#autoSuspend, suspendsAt: this.#suspendsAt() };
    return {
      phase: this.#phase,
      since: this.#since,
      before: this.#before,
      size: this.#size,
      createdAt: this.#createdAt,
      activeSince: this.#activeSince,
      lastResumedAt: this.#lastResumedAt,
      terminatedAt: this.#terminatedAt,
      resize: this.#resize,
      autoSuspend,
      spans: this.#spans,
    };
  }

  #nextStep(): Step {
    const end: Step = { at: this.#groupEnd, phase: 'terminated' };
    // a time that passed while it was being resized counts from its end
    const due = Math.max(this.#suspendsAt(), this.#spans.at(-1)?.from ?? 0);
    const next = this.#step ?? { at: this.#phase === 'active' ? due : Infinity, phase: 'suspended' as const };
    return end.at <= next.at ? end : next;
  }

  #suspendsAt(): number {
    if (this.#autoSuspend === undefined) return Infinity;
    const { type, afterSeconds, setAt } = this.#autoSuspend;
    const counted = type === 'IDLE' ? this.#lastUsed : setAt;
    return Math.max(counted, this.#activeSince ?? setAt, type === 'IDLE' ? setAt : 0) + afterSeconds * 1000;
  }

  #enter({ at, phase, size }: Step): void {
    const was = this.#phase;
    if (size !== undefined) this.#size = size;
    this.#step = undefined;
    this.#resize = undefined;
    this.#turn(phase, at);
    if (phase === 'active' && (was === 'creating' || was === 'resuming')) this.#activeSince = at;
    if (phase === 'active' && was === 'resuming') this.#lastResumedAt = at;
    if (phase === 'terminated') this.#terminatedAt = at;
  }

  #turn(phase: WorkspacePhase, at: number): void {
    if (phase !== this.#phase) {
      this.#before = this.#phase;
      this.#since = at;
    }
    this.#phase = phase;
    this.#spans.push({ from: at, phase, size: this.#size });
  }
}
