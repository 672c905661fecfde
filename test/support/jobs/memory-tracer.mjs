// An SDK of OpenTelemetry that keeps spans in memory and writes each, once it has ended, as a line of JSON into the file
// that STAGESYNC_TEST_SPANS names. For `node --import`.
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorage } from 'node:async_hooks';
import { appendFileSync } from 'node:fs';

let count = 0;
const storage = new AsyncLocalStorage();
context.setGlobalContextManager({
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (given, work, self, ...args) => storage.run(given, work.bind(self), ...args),
  bind: (_given, target) => target,
  enable() {
    return this;
  },
  disable() {
    return this;
  },
});

class MemorySpan {
  constructor(name, { attributes = {}, kind }, parent) {
    this.spanId = `s${++count}`;
    Object.assign(this, { name, attributes: { ...attributes }, kind, events: [] });
    this.parent = parent?.spanContext().spanId;
  }
  spanContext() {
    return { traceId: 't', spanId: this.spanId, traceFlags: 1 };
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
    return this;
  }
  setAttributes(more) {
    Object.assign(this.attributes, more);
    return this;
  }
  addEvent(name, attributes) {
    this.events.push({ name, attributes });
    return this;
  }
  setStatus(status) {
    this.status = status;
    return this;
  }
  end() {
    if (this.ended) throw new Error(`${this.name} ended twice`);
    this.ended = true;
    appendFileSync(process.env.STAGESYNC_TEST_SPANS, `${JSON.stringify(this)}\n`);
  }
  isRecording() {
    return !this.ended;
  }
}

trace.setGlobalTracerProvider({
  getTracer: () => ({
    startSpan: (name, options = {}, within = context.active()) =>
      new MemorySpan(name, options, trace.getSpan(within)),
  }),
});
