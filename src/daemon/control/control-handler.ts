import type { Supervisor } from '../supervision/supervisor.ts';
import type { ControlHandler } from './control-server.ts';

/** What of a daemon is not about its jobs. */
export interface DaemonProcess {
  /** Reads the file anew; rejects with what is wrong in it. */
  readonly reload: () => Promise<void>;
  /** A new link that signs in to the page; rejects with `usage` where there is none. */
  readonly loginLink: () => string;
  /** Begins to stop. */
  readonly stop: () => void;
}

const DONE = {};

/** Answers what is asked of a daemon. */
export const controlHandler = (
  supervisor: Supervisor,
  { reload, loginLink, stop }: DaemonProcess,
): ControlHandler => ({
  view: async () => supervisor.view(),
  flush: ({ job }) => supervisor.flush(job),
  begin: async ({ job }) => ({ id: await supervisor.run(job) }),
  run: ({ job }) => supervisor.runToEnd(job),
  pause: ({ job }) => supervisor.pause(job).then(() => DONE),
  resume: ({ job }) => supervisor.resume(job).then(() => DONE),
  cancel: ({ job }) => supervisor.cancel(job).then(() => DONE),
  reload: () => reload().then(() => DONE),
  login: async () => ({ link: loginLink() }),
  limits: ({ change }) => supervisor.limits(change),
  stop: async () => {
    stop();
    await supervisor.stop();
    return DONE;
  },
});
